using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using OptOut.Api.Codes;
using OptOut.Company;
using OptOut.Links;
using OptOut.Replies.Sms;

namespace OptOut.Api.ReadyTexts;

/// <summary>
/// Writes the texts that offer the opt-out, with the controller's name and addresses. Each offers both choices, to stop everything and to
/// adjust preferences: an opt-out from one channel only is lawful if the person was offered both.
/// </summary>
internal sealed class ReadyTextWriter(IOptions<ControllerOptions> controller, IOptions<LinkOptions> links, CodeLinks codes)
{
    internal const string UnsubscribeUrl = "{{unsubscribe_url}}",
        PreferencesUrl = "{{preferences_url}}",
        ShortUrl = "{{short_url}}",
        Code = "{{code}}";

    // Above this, the controller's name is left out: the SMS already shows it as the sender.
    private const int MaxSmsSeptets = 60;

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The length of every link, in characters; all of them are in the character set of an SMS.</summary>
    private int LinkLength => Address($"u/{new string('x', LinkKeyRing.TokenLength)}").Length;

    /// <param name="language">The language of the texts and of the notes with them.</param>
    /// <param name="printed">The code to print; null leaves placeholders for it.</param>
    internal ReadyTextSet Write(Language language, PrintedCode? printed = null) => new(
        language.Code,
        Placeholders(printed).ToDictionary(p => p.Placeholder, p => language[p.Source], StringComparer.Ordinal),
        MailFooter(language),
        SmsSuffix(language),
        Leaflet(language, printed),
        CallScript(language),
        PrivacyStatement(language));

    private static (string Placeholder, string Source)[] Placeholders(PrintedCode? printed) =>
    [
        (UnsubscribeUrl, "readytexts.placeholder.unsubscribe"),
        (PreferencesUrl, "readytexts.placeholder.preferences"),
        .. printed is null
            ? [(ShortUrl, "readytexts.placeholder.short"), (Code, "readytexts.placeholder.code")]
            : Array.Empty<(string, string)>(),
    ];

    private HtmlText MailFooter(Language language)
    {
        var o = controller.Value;
        var intro = language.Format("readytexts.mail.intro", o.Name);
        var (stop, preferences) = (language["page.stop"], language["page.adjust"]);
        var statement = o.PrivacyStatement?.AbsoluteUri;
        string[] plain =
        [
            intro,
            language.Format("readytexts.mail.line", stop, UnsubscribeUrl),
            language.Format("readytexts.mail.line", preferences, PreferencesUrl),
            language.Format("readytexts.mail.contact", o.PrivacyAddress),
            .. statement is null ? [] : new[] { language.Format("readytexts.mail.line", language["privacy"], statement) },
        ];
        string[] html =
        [
            Html.Encode(intro),
            $"<a href=\"{UnsubscribeUrl}\">{Html.Encode(stop)}</a>",
            $"<a href=\"{PreferencesUrl}\">{Html.Encode(preferences)}</a>",
            Format(
                language,
                "readytexts.mail.contact",
                $"<a href=\"mailto:{Html.Encode(o.PrivacyAddress)}\">{Html.Encode(o.PrivacyAddress)}</a>"),
            .. statement is null ? [] : new[] { $"<a href=\"{Html.Encode(statement)}\">{Html.Encode(language["privacy"])}</a>" },
        ];
        return new HtmlText(
            string.Join('\n', plain),
            language["readytexts.mail.where"],
            language["readytexts.mail.rule"],
            $"<p lang=\"{language.Code}\">{string.Join("<br>\n", html)}</p>");
    }

    private SmsText SmsSuffix(Language language)
    {
        var named = language.Format("readytexts.sms", Gsm7.Fold(controller.Value.Name), UnsubscribeUrl);
        var text = Words(named) <= MaxSmsSeptets ? named : language.Format("readytexts.sms.short", UnsubscribeUrl);
        var septets = Words(text)!.Value;
        return new SmsText(text, language["readytexts.sms.where"], language["readytexts.sms.rule"], septets, septets + LinkLength);

        // Null for a name in another script; that name is then left out too.
        static int? Words(string text) => Gsm7.Septets(text.Replace(UnsubscribeUrl, "", StringComparison.Ordinal));
    }

    private PrintText Leaflet(Language language, PrintedCode? printed)
    {
        var (name, address) = (controller.Value.Name, controller.Value.PrivacyAddress);
        var (url, code) = printed is { } p ? (codes.Create(p).AbsoluteUri, p.ToString()) : (ShortUrl, Code);
        return new PrintText(
            $"{language.Format("readytexts.leaflet", name, url, address)}\n{language.Format("readytexts.leaflet.code", code)}",
            language["readytexts.leaflet.where"],
            language["readytexts.leaflet.rule"],
            printed is { } drawn ? codes.Svg(drawn) : null);
    }

    private HtmlText CallScript(Language language)
    {
        var (name, page) = (controller.Value.Name, Address("unsubscribe"));
        string[] steps =
        [
            language.Format("readytexts.call.ask", name),
            language.Format("readytexts.call.stop", name, language["still.comes"]),
            language.Format("readytexts.call.choose", page),
            language.Format("readytexts.call.record", page),
            language["readytexts.call.fair"],
        ];
        return new HtmlText(
            string.Join('\n', steps.Select((step, i) => $"{i + 1}. {step}")),
            language["readytexts.call.where"],
            language["readytexts.call.rule"],
            $"<ol lang=\"{language.Code}\">\n{string.Concat(steps.Select(step => $"<li>{Html.Encode(step)}</li>\n"))}</ol>");
    }

    private HtmlText PrivacyStatement(Language language)
    {
        var (title, after) = (language["readytexts.privacy.title"], $"{language["readytexts.privacy.after"]} {language["still.comes"]}");
        var right = language.Format("readytexts.privacy.right", controller.Value.Name);
        var choices = language.Format("readytexts.privacy.choices", language["page.stop"], language["page.adjust"]);
        string[] ways =
            ["readytexts.privacy.message", "readytexts.privacy.print", "readytexts.privacy.phone", "readytexts.privacy.account"];
        var (page, address) = (Address("unsubscribe"), controller.Value.PrivacyAddress);
        string[] plain =
        [
            .. ways.Select(way => language[way]),
            language.Format("readytexts.privacy.page", page),
            language.Format("readytexts.privacy.write", address),
        ];
        string[] html =
        [
            .. ways.Select(way => Html.Encode(language[way])),
            Format(language, "readytexts.privacy.page", $"<a href=\"{Html.Encode(page)}\">{Html.Encode(page)}</a>"),
            Format(language, "readytexts.privacy.write", $"<a href=\"mailto:{Html.Encode(address)}\">{Html.Encode(address)}</a>"),
        ];
        return new HtmlText(
            $"{title}\n\n{right} {choices}\n{string.Concat(plain.Select(line => $"- {line}\n"))}{after}",
            language["readytexts.privacy.where"],
            language["readytexts.privacy.rule"],
            $"<section lang=\"{language.Code}\">\n<h2>{Html.Encode(title)}</h2>\n<p>{Html.Encode(right)} "
                + $"{Html.Encode(choices)}</p>\n<ul>\n{string.Concat(html.Select(line => $"<li>{line}</li>\n"))}</ul>\n"
                + $"<p>{Html.Encode(after)}</p>\n</section>");
    }

    // The text is escaped here; what is inserted into it is already HTML.
    private static string Format(Language language, string key, string html) =>
        string.Format(language.Culture, Html.Encode(language[key]), html);

    private string Address(string path) => $"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/{path}";
}
