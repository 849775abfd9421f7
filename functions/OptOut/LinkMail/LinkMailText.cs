using System.Net;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Identifiers;
using OptOut.Links;
using OptOut.Mail;
using OptOut.Texts;
using OptOut.Unsubscribe;

namespace OptOut.LinkMail;

/// <summary>The words of the mail with the link, plain and HTML. No marketing and no picture; it says that nothing has changed.</summary>
public sealed class LinkMailText(LinkHeaders links, IOptions<ControllerOptions> controller)
{
    /// <param name="request">Who asked.</param>
    /// <param name="to">The address that was typed.</param>
    /// <param name="owners">Whose address it is, at least one. People who share it get one mail with a link each.</param>
    /// <param name="language">The person's; null takes the asker's.</param>
    public OutgoingMail Write(LinkMailRequest request, Identifier to, IReadOnlyList<SubjectKey> owners, string? language)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? request.Language;
        var subject = words["public.mail.subject"];
        string[] before = [words.Format("public.mail.asked", options.Name), .. owners.Count > 1 ? [words["public.mail.several"]] : Array.Empty<string>(), words["public.mail.use"]];
        string[] after = [words["public.mail.personal"], words["public.mail.not.you"], words.Format("ack.contact", options.PrivacyAddress)];
        var urls = owners.Select(owner => $"{links.Write(new Link(owner, Channel.Email, 0, request.At, 0)).Url}/{LinkVisit.Preferences}?lang={words.Code}").ToArray();
        return new OutgoingMail(
            to,
            ToName: null,
            $"{options.Name}: {subject}",
            $"{string.Join("\n\n", [.. before, .. urls, .. after])}\n",
            $"""
            <!DOCTYPE html><html lang="{words.Code}"><head><meta charset="utf-8"><title>{Encode(subject)}</title></head><body style="font-family:sans-serif;max-width:36em;line-height:1.5"><h1 style="font-size:1.4em">{Encode(subject)}</h1>{Paragraphs(before)}{string.Concat(urls.Select(Anchor))}{Paragraphs(after)}</body></html>
            """,
            words.Code,
            $"link-{request.Id:N}");

        string Anchor(string url) => $"<p><a href=\"{Encode(url)}\">{Encode(words["public.mail.link"])}</a></p>";
    }

    private static string Paragraphs(IEnumerable<string> texts) => string.Concat(texts.Select(text => $"<p>{Encode(text)}</p>"));

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
