using System.Globalization;
using Microsoft.AspNetCore.Http;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// <c>POST /u/{token}/undo</c> with a reference number: the person explicitly asks that a submission of theirs be treated as if it had
/// never been made. That is an explicit Allow where the submission was a Stop. To take an undo back, the person unsubscribes again.
/// </summary>
internal sealed class UndoEndpoint(
    ChangeIntake intake, ConsentStore consent, ResultPages results, ReceiptEndpoint receipts, TimeProvider time)
{
    // Without the ledger, the state before the submission is unknown, and nothing is undone on a guess.
    internal Task<IResult> AnswerAsync(LinkVisit visit, CancellationToken cancellationToken) =>
        UndoAsync(visit, cancellationToken).OrPageAsync(() => results.UnavailableAsync(visit.ViewAt(), "down.save", visit.Address()));

    private async Task<IResult> UndoAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var form = await SmallForm.ReadAsync(visit.Request, cancellationToken);
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(visit.Subject, cancellationToken))
            ledger.Add(entry);
        if (!Reference.TryParse(form?["ref"], out var reference)
            || ledger.Find(e => Reference.From(e.Change) == reference) is not { } found)
        {
            return await receipts.MissingAsync(visit);
        }

        var repeats = await consent.RepeatsAsync(visit.Subject, cancellationToken);
        var now = (await consent.LoadAsync(visit.Subject, cancellationToken)).Consent;
        var wanted = Undo.Without(found.Change.SubmissionId, Seen(form), ledger, repeats, now);
        var changes = Preferences.Changes(
            now, wanted, Submission.Create(visit.Subject, Source.UnsubscribePage, visit.Evidence, began, now).CreateChange);
        if (changes.Count == 0)
            return await results.NothingChangedAsync(visit, "undo.nothing.title", "undo.nothing", cancellationToken);

        var recorded = await intake.RecordAsync(changes, WaitFor.Visible);
        return recorded.Durable
            ? await results.RecordedAsync(visit, ResultKind.Undone, changes, recorded, cancellationToken)
            : await results.UnavailableAsync(visit.ViewAt(), "down.save", visit.Address());
    }

    private static DateTimeOffset Seen(IFormCollection? form) =>
        long.TryParse(form?["seen"], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.MinValue;
}
