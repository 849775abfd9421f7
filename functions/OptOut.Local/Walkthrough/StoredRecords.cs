using Azure;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Reconciliation.Report;
using OptOut.Records;

namespace OptOut.Local.Walkthrough;

/// <summary>Reads what OptOut stored, to verify its answers.</summary>
internal sealed class StoredRecords(IServiceProvider services)
{
    private const string Vendor = "sendgrid";

    private readonly ConsentStore _consent = services.GetRequiredService<ConsentStore>();
    private readonly VendorRows _vendors = services.GetRequiredService<VendorRows>();
    private readonly StorageAccount _storage = services.GetRequiredService<StorageAccount>();

    /// <summary>Recomputes each hash of a person's ledger and returns the number of entries.</summary>
    /// <exception cref="StepFailedException">The chain is broken.</exception>
    public async Task<int> VerifiedEntriesAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        // Read the head first: an entry that is written between the two reads comes after the head and is skipped.
        var head = (await _consent.LoadAsync(subject, cancellationToken)).Head;
        var entries = await _consent
            .LedgerAsync(subject, cancellationToken)
            .Where(e => e.Sequence <= head.Sequence)
            .ToListAsync(cancellationToken);
        var broken = Ledger.FirstBroken(subject, entries, head);
        Expect.That(broken is null, "an unbroken chain", $"entry {broken} is missing, altered or out of place");
        return entries.Count;
    }

    /// <summary>The time of the person's latest Stop of everything; null if there is none.</summary>
    public async Task<DateTimeOffset?> StoppedAtAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        (await _consent.LoadAsync(subject, cancellationToken)).Consent.Entry(Scope.Everything).Stop?.At;

    /// <summary>The number of the person's latest change.</summary>
    public async Task<long> NumberAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        (await _consent.LoadAsync(subject, cancellationToken)).Number;

    public Task<VendorRow?> SendGridRowAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        _vendors.LoadAsync(subject, Vendor, cancellationToken);

    /// <summary>The latest report; null if there is none.</summary>
    public async Task<ReconciliationReport?> LatestReportAsync(CancellationToken cancellationToken) =>
        await BlobAsync("latest.json", cancellationToken) is { } json ? ReconciliationReport.FromJson(json) : null;

    /// <summary>The latest report as a page.</summary>
    public Task<string?> LatestPageAsync(CancellationToken cancellationToken) => BlobAsync("latest.html", cancellationToken);

    private async Task<string?> BlobAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await _storage.Reports.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToString();
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }
}
