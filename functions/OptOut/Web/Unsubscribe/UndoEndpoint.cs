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
        var form = await SmallForm.ReadAsync(visit.Request, cancellationToken);
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(visit.Subject, cancellationToken))
            ledger.Add(entry);
        if (!Reference.TryParse(form?["ref"], out var reference)
            || ledger.FindAll(e => Reference.From(e.Change) == reference) is not [.., var last])
        {
            return await receipts.MissingAsync(visit);
        }

        var now = await consent.LoadAsync(visit.Subject, cancellationToken);
        var seen = Seen(form, visit.Subject, now, last.Number);
        var wanted = Undo.Without(last.Change.SubmissionId, seen, ledger, now.Consent);
        var submission = Submission.Create(visit.Subject, Source.UnsubscribePage, visit.Evidence, time.GetUtcNow(), seen);
        var changes = Preferences.Changes(now.Consent, wanted, submission.CreateChange);
        if (changes.Count == 0)
            return await results.NothingChangedAsync(visit, "undo.nothing.title", "undo.nothing", cancellationToken);

        var recorded = await intake.RecordAsync(changes, WaitFor.Visible);
        return recorded.Durable
            ? await results.RecordedAsync(visit, ResultKind.Undone, changes, recorded, cancellationToken)
            : await results.UnavailableAsync(visit.ViewAt(), "down.save", visit.Address());
    }

    // Whoever undoes a submission has seen it, even if the page does not say which state it showed.
    private static long Seen(IFormCollection? form, SubjectKey subject, SubjectState now, long undone) =>
        StateVersion.TryParse(form?["seen"], out var version) && version.Subject == subject && version.Number <= now.Number
            ? Math.Max(version.Number, undone)
            : undone;
}
