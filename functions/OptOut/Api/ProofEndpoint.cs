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
/// <c>GET /api/subjects/{id}/proof</c>: a person's whole ledger, verified, and what each vendor confirmed. Changes nothing. A customer
/// number that was never registered is answered like any other: an empty ledger proves that nothing was decided here.
/// </summary>
internal sealed class ProofEndpoint(
    ConsentStore consent, VendorProofs vendors, IdentifierProtector protector, IOptions<ControllerOptions> controller, TimeProvider time)
{
    private const int MaxReads = 5;

    public Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => ProveAsync(id, cancellationToken).OrRetryLaterAsync();

    private async Task<IResult> ProveAsync(string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        if (CustomerNumber.FindProblem(id) is { } wrong)
            return ApiProblems.Invalid("id", wrong);

        var subject = protector.SubjectOf(id);
        var (state, entries, readable) = await ReadAsync(subject, cancellationToken);
        var ledger = ProofLedger.From(subject, entries, readable, state.Head);
        var confirmed = await vendors.LoadAsync(subject, state.Consent, cancellationToken);
        var proof = new Proof("optout-proof-1", controller.Value.Name, subject.ToString(), time.GetUtcNow(), ledger, confirmed);
        return new NoStoreResult(Results.Json(proof, ProofJson.Readable.Proof));
    }

    // Reads the state first. If the ledger then has more entries than the state says, it grew between the two reads or was tampered with.
    // Reading again shows which.
    private async Task<(SubjectState State, IReadOnlyList<LedgerEntry> Entries, bool Readable)> ReadAsync(
        SubjectKey subject, CancellationToken cancellationToken)
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
