using System.Net;
using Microsoft.Extensions.Options;
using OptOut.Catalogue;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Identifiers;
using OptOut.Mail;
using OptOut.Texts;

namespace OptOut.Acknowledgement;

/// <summary>The words of the confirmation, plain and HTML. No marketing, no picture, no link that could be mistaken for one.</summary>
public sealed class ConfirmationMail(TopicCatalogue catalogue, IdentifierProtector protector, IOptions<ControllerOptions> controller)
{
    /// <param name="change">What was recorded.</param>
    /// <param name="to">The subject's address.</param>
    /// <param name="language">The subject's, null when not known.</param>
    public OutgoingMail Write(Change change, Identifier to, string? language)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? options.Language;
        var stop = change.Decision == Decision.Stop;
        var scope = ScopeText.Of(change.Scope, words, catalogue);
        string[] lines =
        [
            words.Format(stop ? "ack.stop.body" : "ack.allow.body", options.Name, options.Moment(change.At, words), scope),
            .. stop ? [words["ack.stop.effect"], words["still.comes"]] : Array.Empty<string>(),
            words.Format("ack.reference", Reference.Of(change.Id)),
            words.Format("ack.contact", options.PrivacyAddress),
        ];
        var subject = words[stop ? "ack.stop.subject" : "ack.allow.subject"];
        return new OutgoingMail(
            to,
            ToName: null,
            $"{options.Name}: {subject}",
            string.Join("\n\n", lines) + "\n",
            $"""
            <!DOCTYPE html><html lang="{words.Code}"><head><meta charset="utf-8"><title>{Encode(subject)}</title></head><body style="font-family:sans-serif;max-width:36em;line-height:1.5"><h1 style="font-size:1.4em">{Encode(subject)}</h1>{string.Concat(lines.Select(l => $"<p>{Encode(l)}</p>"))}</body></html>
            """,
            words.Code,
            // One for every address: a person with two gets two, each once.
            $"{change.Id:N}-{protector.Hash(to).ToString()[..8]}");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
