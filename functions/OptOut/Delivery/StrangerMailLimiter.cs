using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform.Telemetry;
using OptOut.Records;

namespace OptOut.Delivery;

/// <summary>
/// Limits the confirmations to people nobody knows, over all instances: anybody can type the addresses of strangers in the public form, and
/// each of them would get a mail from the company without having asked for anything. Kept in the table <c>runs</c>.
/// </summary>
internal sealed partial class StrangerMailLimiter(
    StorageAccount storage, TimeProvider time, IOptions<ConfirmationOptions> options, OptOutMetrics metrics,
    ILogger<StrangerMailLimiter> logger)
{
    private const string Partition = "confirmation", Row = "strangers";

    // Each loser of a race saw another mail being counted. After so many the mail is withheld, as the hour is certainly busy.
    private const int MaxAttempts = 20;

    /// <returns>Whether one more such mail may be sent in this hour. Counts it.</returns>
    public async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var now = time.GetUtcNow();
            var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
            var found = await storage.Runs.GetEntityIfExistsAsync<TableEntity>(Partition, Row, cancellationToken: cancellationToken);
            var taken = found.HasValue && found.Value!.GetDateTimeOffset("Hour") == hour ? found.Value!.GetInt32("Taken")!.Value : 0;
            if (taken >= options.Value.StrangersPerHour)
                break;

            var row = new TableEntity(Partition, Row) { ["Hour"] = hour, ["Taken"] = taken + 1 };
            try
            {
                if (found.HasValue)
                    await storage.Runs.UpdateEntityAsync(row, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                else
                    await storage.Runs.AddEntityAsync(row, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another instance counted a mail meanwhile.
            }
        }

        metrics.ConfirmationWithheld();
        LogWithheld(options.Value.StrangersPerHour);
        return false;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "An opt-out of an unknown address is recorded and not confirmed: {Limit} confirmations to unknown addresses were already "
            + "sent in this hour. Somebody may be typing the addresses of strangers; if not, raise OptOut:Confirmation:StrangersPerHour")]
    private partial void LogWithheld(int limit);
}
