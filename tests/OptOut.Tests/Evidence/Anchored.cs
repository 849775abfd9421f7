using System.Security.Cryptography;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Evidence;

namespace OptOut.Tests.Evidence;

/// <summary>Runs the timers that write and verify anchors, and reads their results.</summary>
internal static class Anchored
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waits until every message is settled, then runs the hourly timer.</summary>
    public static async Task AnchorAsync(this OptOutHost host)
    {
        await host.QuietAsync();
        Assert.True(await host.RunTimerAsync("AnchorLedgers"));
    }

    /// <summary>Runs the nightly timer and returns its report.</summary>
    public static async Task<LedgerReport> VerifyAsync(this OptOutHost host)
    {
        Assert.True(await host.RunTimerAsync("VerifyLedgers"));
        var report = await ReportAsync(host, "ledgers/latest.json");
        Assert.Equal(report.ToJson(), (await ReportAsync(host, $"ledgers/{report.Started:yyyy-MM-dd}.json")).ToJson());
        return report;
    }

    /// <summary>The name and text of every anchor.</summary>
    public static async Task<IReadOnlyList<(string Name, string Text)>> AnchorsAsync(this OptOutHost host)
    {
        var anchors = new List<(string, string)>();
        await foreach (var blob in host.Storage.Anchors.GetBlobsAsync(cancellationToken: Cancel))
        {
            anchors.Add(
                (blob.Name, (await host.Storage.Anchors.GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content.ToString()));
        }

        return anchors;
    }

    public static string[] Heads(this (string Name, string Text) anchor) => anchor.Text.Split('\n')[5..^1];

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text)));

    public static async Task<string> HeadAsync(this OptOutHost host, SubjectKey subject)
    {
        var head = (await host.Consent.LoadAsync(subject, Cancel)).Head;
        return $"{subject} {head.Sequence} {head.Hash}";
    }

    /// <summary>Registers a person with an e-mail address.</summary>
    public static async Task<(SubjectKey Subject, string Token)> KnownAsync(this OptOutHost host, string id) =>
        (await host.PutSubjectAsync(id, [$"{id}@example.com"]), await host.TokenAsync(id));

    /// <summary>A row of the table <c>consent</c>, for tests that tamper with it.</summary>
    public static async Task<TableEntity> RowAsync(this OptOutHost host, SubjectKey subject, string row) =>
        (await host.Storage.Consent.GetEntityAsync<TableEntity>(subject.ToString(), row, cancellationToken: Cancel)).Value;

    public static Task<TableEntity> StateRowAsync(this OptOutHost host, SubjectKey subject) => host.RowAsync(subject, $"subject~{subject}");

    public static Task<TableEntity> EventRowAsync(this OptOutHost host, SubjectKey subject, int sequence) =>
        host.RowAsync(subject, $"event~{subject}~{sequence:D10}");

    public static Task ForgeAsync(this OptOutHost host, TableEntity row) =>
        host.Storage.Consent.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancel);

    public static Task RemoveAsync(this OptOutHost host, TableEntity row) =>
        host.Storage.Consent.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancel);

    private static async Task<LedgerReport> ReportAsync(OptOutHost host, string name) =>
        LedgerReport.FromJson((await host.Storage.Reports.GetBlobClient(name).DownloadContentAsync(Cancel)).Value.Content.ToString());
}
