using System.Net;
using Microsoft.Extensions.Options;
using OptOut.Catalogue;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Identifiers;
using OptOut.Links;
using OptOut.Mail;
using OptOut.Texts;

namespace OptOut.Acknowledgement;

/// <summary>The words of the confirmation, plain and HTML. No marketing and no picture; one link, to change what it confirms.</summary>
public sealed class ConfirmationMail(TopicCatalogue catalogue, IdentifierProtector protector, LinkHeaders links, IOptions<ControllerOptions> controller)
{
    /// <param name="recorded">What was recorded, at least one change, all of one act.</param>
    /// <param name="to">The subject's address. Whoever reads its mail may see and change what the person receives.</param>
    /// <param name="language">The subject's, null when not known.</param>
    public OutgoingMail Write(IReadOnlyList<Change> recorded, Identifier to, string? language)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? options.Language;
        var change = recorded[0];
        var stops = Array.FindAll([.. recorded], c => c.Decision == Decision.Stop);
        var allows = Array.FindAll([.. recorded], c => c.Decision == Decision.Allow);
        var link = links.Write(new Link(change.Subject, Channel.Email, 0, change.ReceivedAt, 0)).Url;
        string[] lines =
        [
            .. stops.Length > 0 ? [Recorded("ack.stop.body", stops), words["ack.stop.effect"], words["still.comes"]] : Array.Empty<string>(),
            .. allows.Length > 0 ? [Recorded("ack.allow.body", allows)] : Array.Empty<string>(),
            words.Format("ack.reference", Reference.Of(change)),
            words["ack.change"],
        ];
        var contact = words.Format("ack.contact", options.PrivacyAddress);
        var subject = words[Array.Exists(stops, c => c.Scope == Scope.Everything) ? "ack.stop.subject" : stops.Length == 0 ? "ack.allow.subject" : "ack.choices.subject"];
        return new OutgoingMail(
            to,
            ToName: null,
            $"{options.Name}: {subject}",
            $"{string.Join("\n\n", lines)}\n{link}\n\n{contact}\n",
            $"""
            <!DOCTYPE html><html lang="{words.Code}"><head><meta charset="utf-8"><title>{Encode(subject)}</title></head><body style="font-family:sans-serif;max-width:36em;line-height:1.5"><h1 style="font-size:1.4em">{Encode(subject)}</h1>{string.Concat(lines[..^1].Select(Paragraph))}<p><a href="{Encode(link.AbsoluteUri)}">{Encode(lines[^1])}</a></p>{Paragraph(contact)}</body></html>
            """,
            words.Code,
            // One for every address: a person with two gets two, each once. By the change and not the act: in a phone call the person may say more, after a
            // first Stop is recorded, and that is confirmed too.
            $"{change.Id:N}-{protector.Hash(to).ToString()[..8]}");

        string Recorded(string key, Change[] changes) => words.Format(
            key, options.Name, options.Moment(changes.Max(c => c.At), words), string.Join("; ", changes.Select(c => ScopeText.Of(c.Scope, words, catalogue))));
    }

    private static string Paragraph(string text) => $"<p>{Encode(text)}</p>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
