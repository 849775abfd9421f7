using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records.ContactPoints;

namespace OptOut.Delivery;

/// <summary>The text of the confirmation, plain and HTML. No marketing and no pictures; one link, to change what it confirms.</summary>
internal sealed class ConfirmationMail(
    TopicCatalogue catalogue,
    IdentifierProtector protector,
    LinkHeaders links,
    ComponentRenderer components,
    IOptions<ControllerOptions> controller)
{
    /// <param name="recorded">What was recorded, at least one change, all of one submission.</param>
    /// <param name="to">The subject's address. Anyone who reads mail sent there may see and change what the person receives.</param>
    /// <param name="language">The subject's; null when it is not known.</param>
    /// <param name="shared">What stays stopped, because somebody else with the same contact point stopped it.</param>
    public async Task<OutgoingMail> WriteAsync(
        IReadOnlyList<Change> recorded, Identifier to, string? language, IReadOnlyList<SharedStop>? shared = null)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? options.Language;
        var change = recorded[0];
        var stops = Array.FindAll([.. recorded], c => c.Decision == Decision.Stop);
        var allows = Array.FindAll([.. recorded], c => c.Decision == Decision.Allow);
        var link = links.Write(new Link(change.Subject, Channel.Email, 0, change.ReceivedAt, 0)).Url;
        string[] blocked = [.. (shared ?? []).Select(s => s.Describe(words, catalogue)).OfType<string>()];
        string[] texts =
        [
            .. stops.Length > 0
                ? [Recorded("confirmation.stop.body", stops), words["confirmation.stop.effect"], words["still.comes"]]
                : Array.Empty<string>(),
            .. allows.Length > 0 ? [Recorded("confirmation.allow.body", allows)] : Array.Empty<string>(),
            .. blocked,
            .. blocked.Length > 0 ? [words.Format("shared.unchanged", options.PrivacyAddress)] : Array.Empty<string>(),
            words.Format("confirmation.reference", Reference.From(change)),
        ];
        var contact = words.Format("confirmation.contact", options.PrivacyAddress);
        var subject = words[Array.Exists(stops, c => c.Scope == Scope.Everything)
            ? "confirmation.stop.subject"
            : stops.Length + blocked.Length == 0 ? "confirmation.allow.subject" : "confirmation.choices.subject"];
        return new OutgoingMail(
            to,
            ToName: null,
            $"{options.Name}: {subject}",
            $"{string.Join("\n\n", [.. texts, words["confirmation.change"]])}\n{link}\n\n{contact}\n",
            await components.RenderAsync<ConfirmationHtml>(new Dictionary<string, object?>
            {
                [nameof(ConfirmationHtml.Language)] = words,
                [nameof(ConfirmationHtml.Title)] = subject,
                [nameof(ConfirmationHtml.Texts)] = texts,
                [nameof(ConfirmationHtml.Link)] = link.AbsoluteUri,
                [nameof(ConfirmationHtml.Contact)] = contact,
            }),
            words.Code,
            // One reference for each address: a person with two addresses gets two mails, each once. It comes from the change, not the
            // submission: in a phone call the person may add something after a first Stop is recorded, and that is confirmed too.
            $"{change.Id:N}-{protector.Hash(to).ToString()[..8]}");

        string Recorded(string key, Change[] changes) => words.Format(
            key,
            options.Name,
            options.FormatMoment(changes.Max(c => c.At), words),
            string.Join("; ", changes.Select(c => ScopeText.Describe(c.Scope, words, catalogue))));
    }
}
