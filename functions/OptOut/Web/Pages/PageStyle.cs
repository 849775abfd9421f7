using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Web.Pages;

/// <summary>
/// The style sheet. It is embedded in every page, so that a page is one request; the content security policy allows it
/// by its hash. Under 10 KB.
/// </summary>
/// <remarks>
/// Plain elements need no class. The classes are:
/// <list type="table">
/// <item><term>.choices &gt; .choice</term><description>two equal choices, side by side where there is room; each has a button or
/// <c>.button</c>, then its consequence in a <c>p</c>. Either may be the <c>form</c> itself</description></item>
/// <item><term>.button, .secondary</term><description>a link that looks like a button; <c>.secondary</c> on a button or a link is the same
/// size, in outline</description></item>
/// <item><term>.panel</term><description>a grey panel around things that belong together. <c>.done</c> on it draws a
/// tick</description></item>
/// <item><term>.note</term><description>a less important remark</description></item>
/// <item><term>.field</term><description>a label, its hint (<c>.note</c>), its error (<c>.error</c>), and the input</description></item>
/// <item><term>.error</term><description>the error of one field, beside it</description></item>
/// <item><term>.error-summary</term><description>the errors of the form, above it: <c>role="alert" tabindex="-1"</c></description></item>
/// <item><term>fieldset, legend, .check</term><description>a group of check boxes; <c>.check</c> is the <c>label</c> around a box and its
/// text</description></item>
/// <item><term>.reference</term><description>a number to copy: large, monospaced, selected whole by one click</description></item>
/// <item><term>dl, pre</term><description>a receipt's lines, and text that must be exact to the byte</description></item>
/// <item><term>.screen</term><description>not printed</description></item>
/// <item><term>.hp</term><description>a field for bots: not visible and, with <c>aria-hidden="true"</c> on it and <c>tabindex="-1"</c> on
/// its input, not reachable</description></item>
/// </list>
/// </remarks>
public sealed class PageStyle
{
    private const string Sheet = """
        *,::before,::after{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);
            font:1.125rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
        header,main,footer{max-width:48rem;margin:0 auto;padding:1rem 1.25rem}
        header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 1.5rem}
        .brand{font-size:1.25rem;font-weight:700;margin:.5rem 0}
        .brand img{display:block;max-width:100%;max-height:4rem;background:#fff;padding:.5rem;border-radius:.375rem}
        nav ul{display:flex;flex-wrap:wrap;list-style:none;margin:0 -.5rem;padding:0}
        nav a{display:flex;align-items:center;justify-content:center;min-width:2.75rem;min-height:2.75rem;padding:0 .5rem;font-size:1rem}
        nav a[aria-current]{color:inherit;font-weight:700;text-decoration:none}
        h1{font-size:2rem;line-height:1.2;margin:1rem 0 1.25rem;text-wrap:balance}
        h1,h2,legend,button,.button{hyphens:auto;overflow-wrap:anywhere}
        .check span{min-width:0;overflow-wrap:anywhere}
        h2{font-size:1.3125rem;line-height:1.3;margin:2.5rem 0 .75rem}
        p{margin:0 0 1rem}
        .lead{font-size:1.25rem}
        a{color:var(--accent);text-underline-offset:.15em}
        footer{border-top:1px solid var(--line);margin-top:2.5rem;padding-bottom:2.5rem;font-size:1rem}
        footer p{margin:1rem 0}
        footer a{display:inline-block;margin:-.6rem 0;padding:.6rem 0}
        label{display:block;font-weight:600}
        input:not([type=hidden],[type=checkbox],[type=radio]),textarea,select{display:block;width:100%;min-height:3rem;
            margin:.25rem 0 0;padding:.5rem .75rem;font:inherit;font-weight:400;color:inherit;background:var(--paper);
            border:2px solid var(--line);border-radius:.375rem}
        [aria-invalid=true]{border-color:var(--bad)!important}
        button,.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:3.5rem;margin:0;
            padding:.75rem 1.25rem;font:inherit;font-weight:700;line-height:1.3;text-align:center;text-decoration:none;
            text-wrap:balance;color:var(--on-accent);background:var(--accent);border:2px solid var(--accent);border-radius:.5rem;cursor:pointer}
        .secondary{color:var(--accent);background:var(--paper)}
        button:hover,.button:hover{text-decoration:underline;text-decoration-thickness:2px}
        :focus-visible{outline:3px solid var(--ink);outline-offset:3px;border-radius:.25rem}
        .choices{display:grid;gap:1rem;grid-template-columns:minmax(0,1fr);margin:1.5rem 0}
        .choice{display:grid;gap:1rem;grid-template:auto 1fr/minmax(0,1fr);padding:1.25rem;background:var(--soft);border-radius:.75rem}
        .choice button,.choice .button{min-height:5rem;padding:.75rem;font-size:1.1875rem}
        .choice p{margin:0}
        @media(min-width:42rem){.choices{grid-template-columns:repeat(2,minmax(0,1fr))}
            @supports(grid-template-rows:subgrid){.choice{grid-row:span 2;grid-template-rows:subgrid}}}
        .panel{margin:1.5rem 0;padding:1.25rem;background:var(--soft);border-radius:.75rem}
        .panel>:last-child{margin-bottom:0}
        ul{margin:-.5rem 0 1rem;padding-left:1.25rem}
        .done{position:relative;padding-left:4.25rem}
        .done::before{content:"";position:absolute;left:1.25rem;top:1.25rem;width:2rem;height:2rem;border-radius:50%;
            background:var(--accent)}
        .done::after{content:"";position:absolute;left:1.925rem;top:1.65rem;width:.65rem;height:1.05rem;
            border:solid var(--on-accent);border-width:0 .2rem .2rem 0;transform:rotate(45deg)}
        .note{font-size:1rem}
        .error{color:var(--bad);font-weight:600;margin:.25rem 0}
        .field{margin:0 0 1.25rem}
        .field>.note{margin:0}
        .error-summary{margin:1.5rem 0;padding:1rem 1.25rem;border:3px solid var(--bad);border-radius:.5rem}
        .error-summary>:last-child{margin-bottom:0}
        .error-summary a{display:inline-block;vertical-align:top}
        fieldset{min-width:0;margin:1.5rem 0;padding:.25rem 1.25rem 1rem;border:1px solid var(--line);border-radius:.75rem}
        legend{padding:0 .5rem;margin-left:-.5rem;font-size:1.25rem;font-weight:700}
        .check{display:flex;align-items:center;gap:.875rem;min-height:2.75rem;padding:.25rem 0;font-weight:400;cursor:pointer}
        .check input{flex:none;width:1.625rem;height:1.625rem;margin:0;accent-color:var(--accent)}
        .reference{font:700 1.375rem/1.3 ui-monospace,Consolas,Menlo,monospace;letter-spacing:.04em;user-select:all}
        dl{margin:0 0 1rem}
        dt{font-weight:600;margin-top:.75rem}
        dd{margin:0;overflow-wrap:anywhere}
        pre,code{font:.9375rem/1.5 ui-monospace,Consolas,Menlo,monospace;overflow-wrap:anywhere}
        .panel pre{background:var(--paper)}
        pre{margin:.25rem 0 1rem;padding:.75rem 1rem;white-space:pre-wrap;user-select:all;background:var(--soft);border-radius:.375rem}
        .end{display:inline-block;width:1px;height:1px}
        .links{list-style:none;margin:0 0 1rem;padding:0}
        .links a{display:inline-flex;align-items:center;min-height:2.75rem;padding:.25rem 0;line-height:1.4}
        .panel h2:first-child,.error-summary h2{margin-top:0}
        legend .note{font-weight:400;overflow-wrap:anywhere}
        .buttons{display:grid;gap:.75rem;margin:1rem 0}
        @media(min-width:42rem){.buttons{grid-template-columns:1fr 1fr}}
        .hp{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        @media(max-width:24rem){header,main,footer{padding-left:1rem;padding-right:1rem}h1{font-size:1.625rem}
            .choice{padding:.75rem}.choice button,.choice .button{padding:.75rem .25rem;font-size:1.0625rem}.panel{padding:1rem}
            .done{padding-left:3.5rem}.done::before{left:.75rem;top:1rem}.done::after{left:1.425rem;top:1.4rem}
            fieldset{padding:.25rem .875rem .75rem}}
        @media(max-width:15rem){body{hyphens:auto}button,.button{padding:.75rem .25rem}.done{padding:3.75rem 1rem 1rem}}
        @media(prefers-reduced-motion:no-preference){button,.button{transition:opacity .15s}button:active,.button:active{opacity:.8}}
        @media(forced-colors:active){.choice,.panel{border:1px solid}}
        @media print{:root{--paper:#fff;--soft:#fff;--ink:#000;--accent:#000;--line:#000}body{font-size:11pt}
            header,main,footer{max-width:none;padding-left:0;padding-right:0}nav,form,.screen,.button{display:none}
            .panel{border:1px solid}.entry{break-inside:avoid}.done{padding-left:1.25rem}.done::before,.done::after{display:none}}
        """;

    public PageStyle(IOptions<BrandOptions> brand)
    {
        Css = $":root{{color-scheme:light dark;{Variables(brand.Value.Light)}}}@media screen and "
            + $"(prefers-color-scheme:dark){{:root{{{Variables(brand.Value.Dark)}}}}}"
            + Sheet.ReplaceLineEndings("");
        Hash = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";
    }

    /// <summary>The whole style sheet, in the controller's colours.</summary>
    public string Css { get; }

    /// <summary>The hash by which a content security policy allows it.</summary>
    public string Hash { get; }

    private static string Variables(Palette p) =>
        $"--paper:{p.Paper};--soft:{p.Panel};--ink:{p.Ink};--line:{p.Line};--bad:{p.Error};--accent:{p.Accent};--on-accent:{p.OnAccent}";
}
