using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// <c>/u/{token}/preferences</c>: shows what a person receives, by channel and topic, and saves changes as one submission.
/// </summary>
internal sealed class PreferencesEndpoint(
    ChangeIntake intake, ConsentStore consent, TopicCatalogue catalogue, PageRenderer renderer, ResultPages results, SharedNotes shared,
    TimeProvider time)
{
    // Without the current state, preferences cannot be adjusted. Stopping everything does not need the current state.
    internal Task<IResult> AnswerAsync(LinkVisit visit, CancellationToken cancellationToken) =>
        AdjustAsync(visit, cancellationToken).OrPageAsync(() => results.UnavailableAsync(
            visit.ViewAt(LinkPages.Preferences), "down.read", visit.Address(LinkPages.Preferences), visit.Address()));

    private async Task<IResult> AdjustAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        var post = HttpMethods.IsPost(visit.Request.Method);
        var form = post ? await SmallForm.ReadAsync(visit.Request, cancellationToken) : null;
        var now = await consent.LoadAsync(visit.Subject, cancellationToken);
        if (!post)
            return await FormAsync(visit, now, StatusCodes.Status200OK, cancellationToken);
        if (PreferenceForm.Read(form, catalogue, visit.Subject, now) is not { } choice)
            return await FormAsync(visit, now, StatusCodes.Status400BadRequest, cancellationToken);

        var submission = Submission.Create(visit.Subject, Source.PreferencePage, visit.Evidence, time.GetUtcNow(), choice.Seen);
        var changes = Preferences.Changes(now.Consent, choice.Wanted, submission.CreateChange);
        Change[] all = changes.Any(c => c.Decision == Decision.Allow)
            ? [.. changes]
            : [.. changes.Concat(Preferences.Repeats(now.Consent, choice.Declined, submission.CreateChange)).DistinctBy(c => c.Scope)];
        var recorded = all.Length == 0 ? new IntakeResult(Durable: true, Stored: true) : await intake.RecordAsync(all, WaitFor.Visible);
        if (recorded.Durable && changes.Count == 0)
            return await results.NothingChangedAsync(visit, "preferences.same.title", "preferences.same", cancellationToken);
        return recorded.Durable
            ? await results.RecordedAsync(visit, ResultKind.Saved, changes, recorded, cancellationToken)
            : await results.UnavailableAsync(visit.ViewAt(LinkPages.Preferences), "down.save", visit.Address(LinkPages.Preferences));
    }

    private async Task<IResult> FormAsync(LinkVisit visit, SubjectState now, int status, CancellationToken cancellationToken) =>
        await renderer.RenderAsync<PreferencesPage>(status, new Dictionary<string, object?>
        {
            [nameof(PreferencesPage.View)] = visit.ViewAt(LinkPages.Preferences),
            [nameof(PreferencesPage.Action)] = visit.Address(LinkPages.Preferences),
            [nameof(PreferencesPage.Stop)] = visit.Address(),
            [nameof(PreferencesPage.Seen)] = new StateVersion(visit.Subject, now.Number).ToString(),
            [nameof(PreferencesPage.Unknown)] = visit.IsUnknown,
            [nameof(PreferencesPage.Shared)] = await shared.WriteAsync(visit, now.Consent, cancellationToken),
            [nameof(PreferencesPage.Refused)] = status == StatusCodes.Status400BadRequest,
            [nameof(PreferencesPage.Channels)] = catalogue.Matrix.Select(c => Choices(visit, now.Consent, c.Channel, c.Topics)).ToList(),
        });

    private ChannelChoices Choices(LinkVisit visit, ConsentState now, Channel channel, IReadOnlyList<Topic> topics)
    {
        var stops = now.Stops(channel);
        var kind = Identifier.KindFor(channel);
        return new ChannelChoices(
            channel,
            [.. (visit.Profile?.Current ?? []).Where(i => i.Kind == kind).Select(i => i.ToString()).Distinct(StringComparer.Ordinal)],
            [.. topics.Select(t => new TopicChoice(new Scope(channel, t), catalogue.Title(t, visit.View.Language.Code), !stops.Stops(t)))]);
    }
}
