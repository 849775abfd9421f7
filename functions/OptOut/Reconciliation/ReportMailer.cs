using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Reconciliation.Report;
using OptOut.Records;

namespace OptOut.Reconciliation;

/// <summary>
/// Mails the report to the privacy address. A report that could not be mailed waits in the table <c>runs</c> for the next invocation, so
/// while the mail service is unavailable the report is late, not lost.
/// </summary>
internal sealed partial class ReportMailer(
    StorageAccount storage,
    ReportStore reports,
    IMailSender mail,
    ComponentRenderer components,
    IOptions<ReconciliationOptions> options,
    ILogger<ReportMailer> logger)
{
    // No vendor has this name, so it is not the partition of a vendor.
    private const string Partition = "~mail";

    private readonly Identifier _to = EmailAddress.TryParse(options.Value.PrivacyAddress, out var to)
        ? to
        : throw new ArgumentException("The validated privacy address is an e-mail address.", nameof(options));

    /// <returns>The result, for the report.</returns>
    public async Task<string> SendAsync(ReconciliationReport report, CancellationToken cancellationToken)
    {
        var row = new TableEntity(Partition, $"mail~{report.RunId:D}") { ["Report"] = ReportStore.Name(report) };
        await storage.Runs.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        return await SendAsync(row, report, cancellationToken) is { } problem ? $"waiting for the next run: {problem}" : "sent";
    }

    /// <summary>Tries again to send the earlier reports.</summary>
    public async Task SendWaitingAsync(CancellationToken cancellationToken)
    {
        await foreach (var row in storage.Runs.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken: cancellationToken))
        {
            if (await reports.FindAsync(row.GetString("Report"), cancellationToken) is not { } report)
                await DoneAsync(row, cancellationToken);
            else if (await SendAsync(row, report, cancellationToken) is not null)
                return; // The mail service is still unavailable.
        }
    }

    private async Task<string?> SendAsync(TableEntity row, ReconciliationReport report, CancellationToken cancellationToken)
    {
        var (text, html) = (ReportText.Render(report), await ReportPage.RenderAsync(components, report));
        var outgoing = new OutgoingMail(_to, null, $"Opt-out report: {report.Verdict}", text, html, "en", $"report-{report.RunId:N}");
        var problem = await mail.SendAsync(outgoing, cancellationToken) switch
        {
            VendorOutcome.Transient transient => transient.Reason,
            VendorOutcome.Rejected rejected => rejected.Reason,
            _ => null,
        };
        if (problem is null)
            await DoneAsync(row, cancellationToken);
        else
            LogNotMailed(report.RunId, problem);
        return problem;
    }

    private async Task DoneAsync(TableEntity row, CancellationToken cancellationToken) =>
        await storage.Runs.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);

    [LoggerMessage(LogLevel.Error, "Report {RunId} was not mailed ({Reason}); the next invocation tries again")]
    private partial void LogNotMailed(Guid runId, string reason);
}
