using Azure.Data.Tables;
using OptOut.Delivery;
using OptOut.Messaging;
using OptOut.Tests.Evidence;

namespace OptOut.Tests.Records.Backup;

/// <summary>All tables are dropped, and the backup brings back every answer.</summary>
public sealed class RestoreTests(LostWorld world) : IClassFixture<LostWorld>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_answer_is_the_same_as_before()
    {
        Assert.Equal(world.AnswersBefore.Keys, world.AnswersAfter.Keys);
        Assert.All(world.AnswersBefore, asked => Assert.Equal(asked.Value, world.AnswersAfter[asked.Key]));

        // The world has answers of every kind.
        Assert.Contains("\"reason\":\"undeliverable\"", world.AnswersBefore["kaat@example.com email"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\":false", world.AnswersBefore["dora@example.com email"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\":true", world.AnswersBefore["eva@example.com email&topic=newsletter"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\":true", world.AnswersBefore["bert@example.com email&topic=newsletter"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\":false", world.AnswersBefore["bert@example.com email&topic=offers"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\":true", world.AnswersBefore["+32470100001 sms"], StringComparison.Ordinal);
        Assert.All(world.AnswersBefore.Values, answer => Assert.StartsWith("200 ", answer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("consent", 40)]
    [InlineData("references", 8)]
    [InlineData("codes", 1)]
    [InlineData("externalsuppressions", 1)]
    [InlineData("identifiers", 20)]
    public void Every_row_is_the_same_as_before(string table, int atLeast)
    {
        Assert.True(world.RowsBefore[table].Length >= atLeast, $"{table} has only {world.RowsBefore[table].Length} rows.");
        Assert.Equal(world.RowsBefore[table], world.RowsAfter[table]);
    }

    [Fact]
    public void What_was_restored_is_counted()
    {
        Assert.Equal(world.Written.Name, world.Restored.Backup);
        Assert.Equal(world.Written.Manifest.Tables.Sum(t => t.Rows), world.Restored.Rows);
        Assert.Equal(world.RowsBefore["consent"].Length, world.Written.Manifest.RowsOf("consent"));
        Assert.Equal(
            world.RowsBefore["references"].Length,
            world.Written.Manifest.RowsOf("references") + world.Written.Manifest.RowsOf("first-receipts"));
        Assert.Equal(1, world.Written.Manifest.RowsOf("first-receipts"));
        Assert.Empty(world.Restored.Rebuilt.Broken);
        Assert.Empty(world.Restored.Rebuilt.Unreadable);
    }

    [Fact]
    public async Task The_anchors_go_on_and_the_nightly_verification_finds_nothing()
    {
        var before = await world.Host.AnchorsAsync();
        await world.Host.AnchorAsync();

        // What was anchored already is in the newest anchor and not anchored again.
        Assert.Equal(before, await world.Host.AnchorsAsync());
        var report = await world.Host.VerifyAsync();
        Assert.Empty(report.Mismatches);
        Assert.True(report.HeadsVerified >= 10);

        var token = await world.Host.TokenAsync("hilde");
        Assert.Equal(200, (await world.Host.PressAsync(token)).Status);
        await world.Host.AnchorAsync();
        Assert.Equal([await world.Host.HeadAsync(world.Host.SubjectOf("hilde"))], (await world.Host.AnchorsAsync())[^1].Heads());
        Assert.Empty((await world.Host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task A_message_from_before_that_is_delivered_again_changes_nothing()
    {
        var (rows, answers) = (await world.RowsAsync(), await world.AnswersAsync());
        var messages = (await world.Host.SentAsync())
            .Where(m => SubjectMessage.TryRead(m, out var message, out _) && message.Changes.Count > 0)
            .ToArray();
        Assert.True(messages.Length >= 10);

        foreach (var message in messages)
            await world.Host.Service<ApplyHandler>().HandleAsync(message, Cancel);
        await world.Host.QuietAsync();

        // A redelivery pushes to the vendors once more, so a proof may show a later confirmation.
        var after = await world.AnswersAsync();
        Assert.All(
            answers.Where(a => !a.Key.StartsWith("proof of ", StringComparison.Ordinal)),
            asked => Assert.Equal(asked.Value, after[asked.Key]));
        Assert.Equal(Ledgers(rows), Ledgers(await world.RowsAsync()));

        static IEnumerable<string> Ledgers(IReadOnlyDictionary<string, string[]> rows) =>
            rows["consent"].Where(r => r.Contains("RowKey=String:event~", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_customer_number_that_nobody_announced_is_noted_again()
    {
        var subject = world.Host.SubjectOf("mystery").ToString();

        var noted = await world.Host.Storage.Runs.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"RowKey eq {subject}"), cancellationToken: Cancel).ToListAsync(Cancel);

        Assert.StartsWith("~unannounced~", Assert.Single(noted).PartitionKey, StringComparison.Ordinal);
    }
}
