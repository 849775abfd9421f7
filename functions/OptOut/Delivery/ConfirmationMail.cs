using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Delivery;

/// <summary>The text of the confirmation, plain and HTML. No marketing and no pictures; one link, to change what it confirms.</summary>
internal sealed class ConfirmationMail(
    TopicCatalogue catalogue,
    IdentifierProtector protector,
    LinkHeaders links,
    ComponentRenderer components,
    IOptions<ControllerOptions> controller)
{
    /// <param name="recorded">What was recorded: at least one change, of one submission or several, oldest first.</param>
    /// <param name="state">The state at the moment, if it must be told instead of each change; null for one
    /// submission just recorded.</param>
    /// <param name="to">The subject's address. Anyone who reads mail sent there may see and change what the person receives.</param>
    /// <param name="language">The subject's; null when it is not known.</param>
    public async Task<OutgoingMail> WriteAsync(
        IReadOnlyList<Change> recorded, ConsentState? state, Identifier to, string? language)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? options.Language;
        var change = recorded[^1];
        var link = links.Write(new Link(change.Subject, Channel.Email, 0, change.ReceivedAt, 0)).Url;
        var (subject, texts) = state is null ? Recorded(recorded, words) : Summary(recorded, state, words);
        var contact = words.Format("confirmation.contact", options.PrivacyAddress);
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
    }

    // One submission: what it stopped, and what it allowed.
    private (string Subject, string[] Texts) Recorded(IReadOnlyList<Change> recorded, Language words)
    {
        Change[] stops = [.. recorded.Where(c => c.Decision == Decision.Stop)], allows = [.. recorded.Except(stops)];
        var subject = stops.Any(c => c.Scope == Scope.Everything) ? "confirmation.stop.subject"
            : stops.Length == 0 ? "confirmation.allow.subject"
            : "confirmation.choices.subject";
        return (
            words[subject],
            [
                .. stops.Length > 0
                    ? [Of("confirmation.stop.body", stops), words["confirmation.stop.effect"], words["still.comes"]]
                    : Array.Empty<string>(),
                .. allows.Length > 0 ? [Of("confirmation.allow.body", allows)] : Array.Empty<string>(),
                words.Format("confirmation.reference", Reference.From(recorded[0])),
            ]);

        string Of(string key, Change[] changes) => words.Format(
            key,
            controller.Value.Name,
            controller.Value.FormatMoment(changes.Max(c => c.At), words),
            string.Join("; ", changes.Select(c => ScopeText.Describe(c.Scope, words, catalogue))));
    }

    // Several submissions: how many, what stands now, and the reference number of each.
    private (string Subject, string[] Texts) Summary(IReadOnlyList<Change> recorded, ConsentState state, Language words)
    {
        Change[] submissions = [.. recorded.DistinctBy(c => c.SubmissionId)];
        var stopped = catalogue.Stopped(state);
        var (subject, effect) = stopped switch
        {
            [] => ("confirmation.allow.subject", words["confirmation.summary.nothing"]),
            [var only] when only == Scope.Everything => ("confirmation.stop.subject", words["confirmation.summary.everything"]),
            _ => (
                "confirmation.choices.subject",
                words.Format(
                    "confirmation.summary.some", string.Join("; ", stopped.Select(s => ScopeText.Describe(s, words, catalogue))))),
        };
        return (
            words[subject],
            [
                words.Format(
                    "confirmation.summary.body",
                    controller.Value.Name,
                    submissions.Length,
                    controller.Value.FormatMoment(recorded.Min(c => c.ReceivedAt), words)),
                effect,
                .. stopped.Count > 0 ? [words["confirmation.stop.effect"], words["still.comes"]] : Array.Empty<string>(),
                words.Format("confirmation.references", string.Join(", ", submissions.Select(Reference.From))),
            ]);
    }
}
