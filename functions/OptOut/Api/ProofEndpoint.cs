using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Identity;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api;

/// <summary>
/// <c>GET /api/subjects/{id}/proof</c>: a person's whole ledger, checked, and what each vendor confirmed. Changes nothing. A person nobody told us of is
/// answered like any other: an empty ledger is the proof that nothing was decided here.
/// </summary>
internal sealed class ProofEndpoint(ConsentStore consent, VendorProofs vendors, IdentifierProtector protector, IOptions<ControllerOptions> controller, TimeProvider time)
{
    private const int MaxReads = 5;

    public Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => ProveAsync(id, cancellationToken).OrLaterAsync();

    private async Task<IResult> ProveAsync(string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        if (CustomerNumber.Problem(id) is { } wrong)
            return ApiAnswers.Invalid("id", wrong);

        var subject = protector.SubjectOf(id);
        var (state, entries, readable) = await ReadAsync(subject, cancellationToken);
        var ledger = ProofLedger.From(subject, entries, readable, state.Head);
        var confirmed = await vendors.LoadAsync(subject, state.Consent, cancellationToken);
        var proof = new Proof("optout-proof-1", controller.Value.Name, subject.ToString(), time.GetUtcNow(), ledger, confirmed);
        return new NoStoreResult(Results.Json(proof, ProofJson.Readable.Proof));
    }

    // The state first: a ledger that has more than it says grew between the two reads, or was meddled with, and only a second look tells which.
    private async Task<(SubjectState State, IReadOnlyList<LedgerEntry> Entries, bool Readable)> ReadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        for (var read = 1; ; read++)
        {
            var state = await consent.LoadAsync(subject, cancellationToken);
            var (entries, readable) = await consent.ReadableLedgerAsync(subject, cancellationToken);
            if (entries.Count <= state.Head.Sequence || read == MaxReads)
                return (state, entries, readable);
        }
    }
}
