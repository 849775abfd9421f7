using System.Net;
using MimeKit;
using MimeKit.Utils;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Local.Mailbox;

/// <summary>
/// Builds a marketing mail as a controller's mailing system does: an offer, both unsubscribe headers, and an unsubscribe link in the
/// body.
/// </summary>
internal static class MarketingMail
{
    /// <param name="from">The company and its sending address.</param>
    /// <param name="to">The person.</param>
    /// <param name="link">The answer of POST /api/links for this person and this mailing.</param>
    /// <param name="language">The language of the text.</param>
    /// <param name="date">When it is sent.</param>
    /// <param name="text">The text; null for a neutral sample offer.</param>
    public static MimeMessage Build(
        MailboxAddress from, MailboxAddress to, LinkForms link, Language language, DateTimeOffset date, MarketingText? text = null)
    {
        text ??= MarketingText.For(language);
        var unsubscribe = text.UnsubscribeText;
        var mail = new MimeMessage
        {
            From = { from },
            To = { to },
            Subject = text.SubjectLine,
            Date = date,
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Body = new BodyBuilder
            {
                TextBody = $"{text.Body}\n\n{from.Name}\n\n-- \n{unsubscribe}: {link.Url}\n",
                HtmlBody =
                    $"""
                    <!DOCTYPE html>
                    <html lang="{language.Code}">
                    <head><meta charset="utf-8"><title>{Encode(text.SubjectLine)}</title></head>
                    <body style="font-family:sans-serif;max-width:36em;line-height:1.5">
                    <h1 style="font-size:1.4em">{Encode(text.SubjectLine)}</h1>
                    <p>{Encode(text.Body)}</p>
                    <p>{Encode(from.Name)}</p>
                    <hr>
                    <p><small><a href="{Encode(link.Url.AbsoluteUri)}">{Encode(unsubscribe)}</a></small></p>
                    </body>
                    </html>

                    """.ReplaceLineEndings("\n"),
            }.ToMessageBody(),
        };
        mail.Headers.Add(HeaderId.ContentLanguage, language.Code);
        mail.Headers.Add(HeaderId.ListUnsubscribe, link.ListUnsubscribe);
        mail.Headers.Add(HeaderId.ListUnsubscribePost, link.ListUnsubscribePost);
        return mail;
    }

    private static string Encode(string? value) => WebUtility.HtmlEncode(value ?? "");
}
