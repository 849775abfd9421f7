using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>
/// Reads the vendor's lists, page by page, into blobs. Nothing is changed at the vendor meanwhile, because its pages would shift.
/// </summary>
internal sealed class PullPhase(VendorRetryPolicy retryPolicy, RunBlobs blobs)
{
    // A vendor may return a whole list as one page. A million entries in one blob would take too much memory.
    private const int EntriesInBlob = 1000;

    private const int MaxReason = 200, MaxNotices = 20;

    /// <returns>Null when every list was read or refused for good; otherwise why the run must pause.</returns>
    public async Task<RunPause?> RunAsync(IVendor vendor, RunLease lease, CancellationToken cancellationToken)
    {
        while (lease.State is { } run && run.Pull < run.Pulls.Count)
        {
            var pull = await retryPolicy.PullAsync(vendor, run.Pulls[run.Pull], run.Until, run.Cursor, cancellationToken);
            switch (pull)
            {
                case VendorPull.Page page when page.Next is null || page.Next != run.Cursor:
                    await lease.SaveAsync(await KeepAsync(vendor, run, page, cancellationToken), cancellationToken);
                    break;
                case VendorPull.Page:
                    await lease.SaveAsync(Refused(run, "The vendor keeps returning the same page as the next one."), cancellationToken);
                    break;
                case VendorPull.Failed { Outcome: VendorOutcome.Rejected rejected }:
                    await lease.SaveAsync(Refused(run, rejected.Reason), cancellationToken);
                    break;
                case VendorPull.Failed { Outcome: VendorOutcome.Transient transient }:
                    return new RunPause($"List {run.Pulls[run.Pull]}: {transient.Reason}");
            }
        }

        return null;
    }

    private async Task<RunState> KeepAsync(IVendor vendor, RunState run, VendorPull.Page page, CancellationToken cancellationToken)
    {
        var pull = run.Pulls[run.Pull];
        var number = run.Page;
        foreach (var part in page.Entries.Chunk(EntriesInBlob))
        {
            await blobs.WriteAsync(
                RunBlobs.PageName(vendor.Name, run.RunId, pull, number++),
                [.. part.Select(StoredEntry.From)],
                RunJson.Default.StoredEntryArray,
                cancellationToken);
        }

        var kept = run with
        {
            Page = number,
            Cursor = page.Next,
            Pages = new Dictionary<string, int>(run.Pages, StringComparer.Ordinal) { [pull] = number },
            Tally = run.Tally + new RunTally { Unreadable = page.Unreadable },
            Notices = [.. (run.Notices ?? []).Union(page.Notices).Take(MaxNotices)],
        };
        return page.Next is null ? Next(kept) : kept;
    }

    // The pages read so far stay: a Stop on them is a Stop.
    private static RunState Refused(RunState run, string reason) => Next(run with
    {
        Unread = new Dictionary<string, string>(run.Unread, StringComparer.Ordinal)
        {
            [run.Pulls[run.Pull]] = reason.Length > MaxReason ? reason[..MaxReason] : reason,
        },
    });

    private static RunState Next(RunState run) => run with { Pull = run.Pull + 1, Page = 0, Cursor = null };
}
