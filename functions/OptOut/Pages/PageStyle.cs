using System.Security.Cryptography;
using System.Text;

namespace OptOut.Pages;

/// <summary>The style sheet, inside every page so that a page is one request; the content security policy names it by its hash.</summary>
internal static class PageStyle
{
    public const string Css =
        ":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#767676;--act:#0b4f9e;--on-act:#fff;--bad:#a3121f}"
        + "@media(prefers-color-scheme:dark){:root{--ink:#f2f2f2;--paper:#16181c;--line:#9a9a9a;--act:#8ec2ff;--on-act:#0a1420;--bad:#ff9aa2}}"
        + "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}"
        + "header,main,footer{max-width:38rem;margin:0 auto;padding:1rem 1.25rem}.brand{font-weight:700;margin:0}h1{font-size:1.75rem;line-height:1.25;margin:.5rem 0 1rem}"
        + "footer{border-top:1px solid var(--line);font-size:1rem}a{color:var(--act)}label{display:block;font-weight:600}"
        + "input:not([type=hidden]){width:100%;min-height:3rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--paper);border:2px solid var(--line);border-radius:.375rem}"
        + "button,.button{display:inline-block;width:100%;min-height:3.25rem;padding:.75rem 1rem;font:inherit;font-weight:700;text-align:center;text-decoration:none;color:var(--on-act);background:var(--act);border:2px solid var(--act);border-radius:.375rem;cursor:pointer}"
        + ":focus-visible{outline:3px solid var(--ink);outline-offset:3px}.error{color:var(--bad);font-weight:600;border-left:4px solid var(--bad);padding-left:.75rem}";

    public static string Hash { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";
}
