using System.Net;
using MimeKit;
using MimeKit.Utils;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Local.Mailbox;

/// <summary>A marketing mail as a controller's mailing system makes it: an offer, both unsubscribe headers, and the way out in the body too.</summary>
internal static class MarketingMail
{
    /// <param name="from">The company and its sending address.</param>
    /// <param name="to">The person.</param>
    /// <param name="link">What POST /api/links answered for this person and this mailing.</param>
    /// <param name="language">Of the text.</param>
    /// <param name="date">When it is sent.</param>
    /// <param name="words">What it says; null for an offer that could be anybody's.</param>
    public static MimeMessage Build(MailboxAddress from, MailboxAddress to, LinkForms link, Language language, DateTimeOffset date, MarketingWords? words = null)
    {
        words ??= MarketingWords.In(language);
        var leave = words.Leave;
        var mail = new MimeMessage
        {
            From = { from },
            To = { to },
            Subject = words.SubjectLine,
            Date = date,
            MessageId = MimeUtils.GenerateMessageId(from.Domain),
            Body = new BodyBuilder
            {
                TextBody = $"{words.Body}\n\n{from.Name}\n\n-- \n{leave}: {link.Url}\n",
                HtmlBody =
                    $"""
                    <!DOCTYPE html>
                    <html lang="{language.Code}">
                    <head><meta charset="utf-8"><title>{Encode(words.SubjectLine)}</title></head>
                    <body style="font-family:sans-serif;max-width:36em;line-height:1.5">
                    <h1 style="font-size:1.4em">{Encode(words.SubjectLine)}</h1>
                    <p>{Encode(words.Body)}</p>
                    <p>{Encode(from.Name)}</p>
                    <hr>
                    <p><small><a href="{Encode(link.Url.AbsoluteUri)}">{Encode(leave)}</a></small></p>
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

    private static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");
}
