using Azure.Data.Tables;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Evidence;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;
using OptOut.Tests.Reconciliation;

namespace OptOut.Tests.Evidence;

/// <summary>The hourly timer writes the heads of changed ledgers to storage where nobody can alter them.</summary>
public sealed class AnchorLedgersTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_press_is_in_the_next_anchor_without_personal_data()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (subject, token) = await host.KnownAsync("an");
        Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        await host.AnchorAsync();

        var (name, text) = Assert.Single(await host.AnchorsAsync());
        Assert.Equal("00000001.txt", name);
        Assert.Equal(["optout-anchor-1", "number 1"], text.Split('\n')[..2]);
        Assert.Equal(["previous none", "count 1", await host.HeadAsync(subject), ""], text.Split('\n')[3..]);
        Assert.StartsWith($"{subject} 1 ", await host.HeadAsync(subject), StringComparison.Ordinal);
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);
        Assert.Contains(
            host.Logs.Lines,
            l => l.StartsWith(
                $"Information Anchor 00000001.txt with SHA-256 {Anchored.Sha256(text)} contains 1 heads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_new_changes_no_anchor_is_written()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.AnchorAsync();
        Assert.Empty(await host.AnchorsAsync());

        var (_, token) = await host.KnownAsync("an");
        await host.OneClickAsync(token);
        await host.AnchorAsync();
        await host.PutSubjectAsync("an", ["an@example.com", "an2@example.com"]);
        await host.AnchorAsync();

        Assert.Single(await host.AnchorsAsync());
    }

    [Fact]
    public async Task An_anchor_names_the_previous_one_and_contains_the_new_heads_in_order()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.AnchorAsync();
        var first = Assert.Single(await host.AnchorsAsync());

        var others = new List<SubjectKey>();
        for (var i = 0; i < 5; i++)
        {
            var (subject, link) = await host.KnownAsync($"other-{i}");
            await host.PressAsync(link);
            others.Add(subject);
        }

        await host.AnchorAsync();

        var anchors = await host.AnchorsAsync();
        Assert.Equal(["00000001.txt", "00000002.txt"], anchors.Select(a => a.Name));
        Assert.Equal(first, anchors[0]);
        Assert.Equal(
            ["number 2", $"previous 00000001.txt {Anchored.Sha256(first.Text)}", "count 5"],
            (string[])[anchors[1].Text.Split('\n')[1], .. anchors[1].Text.Split('\n')[3..5]]);
        Assert.Equal(others.Select(o => o.ToString()).Order(StringComparer.Ordinal), anchors[1].Heads().Select(h => h.Split(' ')[0]));
        Assert.DoesNotContain(an.ToString(), anchors[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_crash_between_anchor_and_position_the_next_run_leaves_out_what_was_anchored()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.QuietAsync();

        // The only step between writing the anchor and moving the position is the log message.
        await Assert.ThrowsAsync<SimulatedCrashException>(() => Writer(host, new CrashesAtTheFirstLine()).RunAsync(Cancel));
        Assert.Equal([await host.HeadAsync(an)], Assert.Single(await host.AnchorsAsync()).Heads());
        Assert.Null(await PositionAsync(host));

        await host.AnchorAsync();
        Assert.Single(await host.AnchorsAsync());
        Assert.NotNull(await PositionAsync(host));

        var (bert, link) = await host.KnownAsync("bert");
        await host.PressAsync(link);
        await host.AnchorAsync();
        Assert.Equal([await host.HeadAsync(bert)], (await host.AnchorsAsync())[1].Heads());
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task What_was_read_with_a_lost_position_is_anchored_again_and_nothing_is_left_out()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.AnchorAsync();
        time.Advance(TimeSpan.FromMinutes(30));
        var (bert, link) = await host.KnownAsync("bert");
        await host.PressAsync(link);
        await host.AnchorAsync();
        time.Advance(TimeSpan.FromMinutes(20));
        var (cas, third) = await host.KnownAsync("cas");
        await host.PressAsync(third);
        await host.QuietAsync();
        foreach (var row in host.Storage.Feed.Query<TableEntity>("PartitionKey ge '~'", cancellationToken: Cancel).ToArray())
            await host.Storage.Feed.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancel);

        await host.AnchorAsync();

        // Both earlier anchors are among the newest that are searched.
        Assert.Equal([await host.HeadAsync(cas)], (await host.AnchorsAsync())[2].Heads());
        Assert.Equal(
            ((string[])[await host.HeadAsync(an), await host.HeadAsync(bert), await host.HeadAsync(cas)]).Order(StringComparer.Ordinal),
            (await host.AnchorsAsync()).SelectMany(a => a.Heads()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_entry_without_a_head_moves_the_position_and_makes_no_anchor()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.PutSubjectAsync("an", ["an@example.com"]);
        var contact = new Identifier(IdentifierKind.Email, "an@example.com");
        var index = host.Service<IdentifierIndex>();
        var told = index.ToFeed((await index.AnswerAsync(contact, Cancel))!);
        await host.Service<FeedWriter>().AppendAsync(host.SubjectOf("an"), told, Cancel);

        await host.AnchorAsync();

        Assert.Empty(await host.AnchorsAsync());
        Assert.NotNull(await PositionAsync(host));
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task A_message_delivered_late_does_not_anchor_an_older_head()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.QuietAsync();
        var first = (await host.LedgerAsync(an, 1))[0].Change;
        await host.SavePreferencesAsync("an", new StringContent("""{"channels":{"email":{"newsletter":true}}}"""));
        await host.AnchorAsync();
        var head = await host.HeadAsync(an);
        Assert.Contains(head, Assert.Single(await host.AnchorsAsync()).Heads());

        // The first message is delivered again, much later.
        var late = (await host.SentAsync()).First(
            m => SubjectMessage.TryRead(m, out var message, out _) && message.Changes.Any(c => c.Id == first.Id));
        await host.Service<ApplyHandler>().HandleAsync(late, Cancel);
        await host.AnchorAsync();

        Assert.Equal(head, (await host.AnchorsAsync()).SelectMany(a => a.Heads()).Last());
        Assert.Single(await host.AnchorsAsync());
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task A_head_written_while_an_anchor_is_written_is_in_the_next_anchor()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        var (bert, link) = await host.KnownAsync("bert");
        await host.PressAsync(token);
        await host.QuietAsync();

        await Writer(host, new PressesAtTheFirstLine(() => host.PressAsync(link).GetAwaiter().GetResult())).RunAsync(Cancel);
        await host.AnchorAsync();

        var anchors = await host.AnchorsAsync();
        Assert.Equal([await host.HeadAsync(an)], anchors[0].Heads());
        Assert.Equal([await host.HeadAsync(bert)], anchors[1].Heads());
    }

    [Fact]
    public async Task Concurrent_runs_write_one_chain_that_contains_every_subject()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var presses = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.KnownAsync($"many-{i}")));
        var press = Task.WhenAll(presses.Select(p => host.PressAsync(p.Token)));
        for (var i = 0; i < 5; i++)
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.Service<AnchorWriter>().RunAsync(Cancel)));
        await press;
        await host.AnchorAsync();

        var anchors = await host.AnchorsAsync();
        Assert.Equal(Enumerable.Range(1, anchors.Count).Select(n => $"{n:D8}.txt"), anchors.Select(a => a.Name));
        Assert.Equal(
            presses.Select(p => p.Subject.ToString()).Order(StringComparer.Ordinal),
            anchors.SelectMany(a => a.Heads()).Select(h => h.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task An_existing_anchor_is_never_overwritten()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var store = host.Service<AnchorStore>();
        var anchor = new Anchor(1, TimeProvider.System.GetUtcNow(), null, [new AnchoredHead(new SubjectKey(7), 1, new string('a', 64))]);

        var written = await store.TryWriteAsync(anchor, Cancel);

        // Writing the same anchor again is what a retry after a lost response looks like, so it succeeds.
        Assert.Equal(new AnchorDigest(1, Anchored.Sha256(anchor.ToText())), written);
        Assert.Equal(written, await store.TryWriteAsync(anchor, Cancel));
        Assert.Null(
            await store.TryWriteAsync(anchor with { Heads = [new AnchoredHead(new SubjectKey(8), 1, new string('a', 64))] }, Cancel));
        Assert.Equal(anchor.ToText(), Assert.Single(await host.AnchorsAsync()).Text);
    }

    [Fact]
    public async Task An_anchor_is_a_single_write_because_a_locked_container_accepts_no_second()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (_, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.AnchorAsync();

        // Staging blocks or opening a stream leaves a block list. Put Blob does not.
        var blob = host.Storage.Anchors.GetBlockBlobClient("00000001.txt");
        var blocks = (await blob.GetBlockListAsync(cancellationToken: Cancel)).Value;
        var properties = (await blob.GetPropertiesAsync(cancellationToken: Cancel)).Value;
        Assert.Empty(blocks.CommittedBlocks.Concat(blocks.UncommittedBlocks));
        Assert.Empty(properties.Metadata);
        Assert.Equal((properties.CreatedOn, "text/plain; charset=us-ascii"), (properties.LastModified, properties.ContentType));
    }

    [Fact]
    public async Task A_change_that_is_only_on_the_bus_is_stored_and_anchored_when_its_message_is_handled()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.AnchorAsync();
        var partition = an.ToString();
        await foreach (var row in host.Storage.Consent.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: Cancel))
            await host.RemoveAsync(row);

        var message = (await host.SentAsync()).First(m => SubjectMessage.TryRead(m, out var read, out _) && read.Changes.Count > 0);
        await host.Service<ApplyHandler>().HandleAsync(message, Cancel);
        await host.AnchorAsync();

        // The ledger is the same as before, and so is its head.
        Assert.Equal([await host.HeadAsync(an)], Assert.Single(await host.AnchorsAsync()).Heads());
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task An_unreadable_row_is_logged_and_does_not_hold_up_the_others()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.Storage.Feed.AddEntityAsync(new TableEntity("209901010000~0", "nonsense") { ["Sequence"] = 1L, ["Hash"] = "x" }, Cancel);
        await host.Storage.Feed.AddEntityAsync(
            new TableEntity("209901010000~0", $"{DateTimeOffset.MaxValue.UtcTicks:D19}~{an}~x") { ["Sequence"] = 1L, ["Hash"] = 7 },
            Cancel);
        await host.AnchorAsync();

        Assert.Equal([await host.HeadAsync(an)], Assert.Single(await host.AnchorsAsync()).Heads());
        Assert.Equal(
            2,
            host.Logs.Lines.Count(
                l => l.StartsWith("Error The row 209901010000~0/", StringComparison.Ordinal)
                    && l.Contains(" of the table feed cannot be read (FormatException)", StringComparison.Ordinal)));
    }

    private static AnchorWriter Writer(OptOutHost host, ILogger<AnchorWriter> logger) => new(
        host.Service<FeedReader>(), host.Service<FeedPositions>(), host.Service<AnchorStore>(), TimeProvider.System, logger);

    private static async Task<DateTimeOffset?> PositionAsync(OptOutHost host) =>
        (await host.Service<FeedPositions>().FindAsync(FeedPositions.Anchors, Cancel)).At;

    private sealed class PressesAtTheFirstLine(Action press) : ILogger<AnchorWriter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => press();
    }

    private sealed class CrashesAtTheFirstLine : ILogger<AnchorWriter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new SimulatedCrashException();
    }
}
