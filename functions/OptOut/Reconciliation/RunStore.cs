using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Reconciliation;

/// <summary>
/// A vendor's run in the table <c>runs</c>: the row <c>current~{vendor}</c> has the state and the lease, and each finished run has a
/// <c>run~</c> row.
/// </summary>
internal sealed class RunStore(StorageAccount storage, IOptions<ReconciliationOptions> options, TimeProvider time)
{
    /// <returns>Null when another instance has the lease.</returns>
    public async Task<RunLease?> TryAcquireAsync(string vendor, CancellationToken cancellationToken)
    {
        var found = await storage.Runs.GetEntityIfExistsAsync<TableEntity>(
            vendor, RunLease.RowKey(vendor), cancellationToken: cancellationToken);
        var now = time.GetUtcNow();
        if (found.HasValue && found.Value!.GetDateTimeOffset(RunLease.LeaseColumn) > now)
            return null;

        var row = found.HasValue ? found.Value! : new TableEntity(vendor, RunLease.RowKey(vendor));
        row[RunLease.LeaseColumn] = now + options.Value.Lease;
        row["LeaseBy"] = EventIds.New(now);
        try
        {
            var tag = found.HasValue
                ? (await storage.Runs.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellationToken)).Headers.ETag
                : (await storage.Runs.AddEntityAsync(row, cancellationToken)).Headers.ETag;
            return new RunLease(storage, options.Value.Lease, time, row, tag!.Value);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null; // Another instance was faster.
        }
    }
}

/// <summary>Another instance has taken over the run, because this one did not renew its lease in time.</summary>
internal sealed class RunLostException() : InvalidOperationException("Another instance has taken over the lease of the run.");
