using System.Diagnostics.Metrics;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Records;
using OptOut.Tests.Platform.Telemetry;
using OptOut.Tests.Reconciliation;

namespace OptOut.Tests.Evidence;

/// <summary>Whoever can write the tables and the blobs writes into them, and the night finds it.</summary>
public sealed class TamperingTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_decision_altered_in_an_entry_is_found()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, bert) = (await AnchoredPersonAsync(host, "an"), await AnchoredPersonAsync(host, "bert"));
        var row = await host.EventRowAsync(an, 1);
        row["Change"] = row.GetString("Change").Replace("\"*,*\"", "\"email,*\"", StringComparison.Ordinal);
        await host.ForgeAsync(row);

        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Altered, "An entry is not what its hash says.", an, 1);
        Assert.Contains(host.Logs.Lines, l => l.StartsWith($"Error Ledger mismatch (altered) at {an}, 1: An entry is not what its hash says.", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs.Lines, l => l.Contains($"mismatch (altered) at {bert}", StringComparison.Ordinal));
        Assert.Equal(
            ["optout.ledger.mismatches 0 kind=anchor", "optout.ledger.mismatches 0 kind=missing", "optout.ledger.mismatches 0 kind=state", "optout.ledger.mismatches 1 kind=altered"],
            telemetry.Take(host.Service<IMeterFactory>()).Where(m => m.StartsWith("optout.ledger", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"oneClick\"", "\"portal\"", "An entry is not what its hash says.")]
    [InlineData("\"stop\"", "\"allow\"", "An entry cannot be read.")] // An Allow that no button of a mail client may give.
    [InlineData("{", "[", "An entry cannot be read.")]
    public async Task Whatever_is_altered_in_an_entry_is_found(string found, string instead, string what)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var row = await host.EventRowAsync(an, 1);
        var change = row.GetString("Change");
        row["Change"] = change.Replace(found, instead, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(change, row["Change"]);
        await host.ForgeAsync(row);

        AssertOne(await host.VerifyAsync(), MismatchKind.Altered, what, an, 1);
    }

    [Fact]
    public async Task A_whole_ledger_written_anew_with_right_hashes_is_found_by_the_anchor_alone()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var original = (await host.LedgerAsync(an, 1))[0].Change;
        var forged = Change.Create(original.Id, an, original.Scope, Decision.Stop, original.At.AddDays(-30), original.ReceivedAt.AddDays(-30), original.Source, original.Evidence);
        await RewriteAsync(host, an, forged);
        var ledger = await host.LedgerAsync(an, 1);
        Assert.Equal(forged, ledger[0].Change);
        Assert.Null(Ledger.FirstBroken(an, ledger, (await host.Consent.LoadAsync(an, Cancel)).Head));

        AssertOne(await host.VerifyAsync(), MismatchKind.Altered, "The ledger was written anew: the entry is not the one that was anchored.", an, 1);
    }

    [Fact]
    public async Task The_end_of_a_ledger_cut_off_with_the_state_set_back_is_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.KnownAsync("an");
        var an = host.SubjectOf("an");
        await WantAsync(host, "an", """{"channels":{"sms":{"offers":false}}}""");
        await host.QuietAsync();
        var (before, entries) = (await host.StateRowAsync(an), (await host.LedgerAsync(an)).Count);
        await WantAsync(host, "an", """{"everything":"stop"}""");
        await host.AnchorAsync();
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        foreach (var entry in (await host.LedgerAsync(an)).Skip(entries))
            await host.RemoveAsync(await host.EventRowAsync(an, (int)entry.Sequence));
        await host.ForgeAsync(before);
        Assert.Null(Ledger.FirstBroken(an, await host.LedgerAsync(an), (await host.Consent.LoadAsync(an, Cancel)).Head));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "The ledger ends before an entry that was anchored.", an, entries + 1);
    }

    [Fact]
    public async Task Everything_of_a_person_removed_is_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        await host.RemoveAsync(await host.EventRowAsync(an, 1));
        await host.RemoveAsync(await host.StateRowAsync(an));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "The ledger ends before an entry that was anchored.", an, 1);
    }

    [Fact]
    public async Task An_entry_taken_out_of_the_middle_is_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.KnownAsync("an");
        var an = host.SubjectOf("an");
        foreach (var wish in (string[])["""{"everything":"stop"}""", """{"channels":{"email":{"newsletter":true}}}""", """{"everything":"stop"}"""])
            await WantAsync(host, "an", wish);
        await host.AnchorAsync();
        await host.RemoveAsync(await host.EventRowAsync(an, 2));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "An entry is gone.", an, 2);
    }

    [Fact]
    public async Task A_state_that_says_something_else_than_the_ledger_is_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var honest = await host.StateRowAsync(an);

        await ForgeEntriesAsync(honest.GetString("Entries").Replace("Stop", "Allow", StringComparison.Ordinal));
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state says something else than the ledger.", an, 1);
        await ForgeEntriesAsync("");
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state says something else than the ledger.", an, 1);
        await ForgeEntriesAsync("nonsense");
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state cannot be read.", an, 1);
        await host.ForgeAsync(new TableEntity(honest) { ["Sequence"] = 2L });
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state ends at another entry than the ledger.", an, 1);
        await host.ForgeAsync(new TableEntity(honest) { ["Hash"] = new string('0', 64) });
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state ends at another entry than the ledger.", an, 1);
        await host.RemoveAsync(honest);
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state ends at another entry than the ledger.", an, 1);

        await host.ForgeAsync(honest);
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        Task ForgeEntriesAsync(string entries) => host.ForgeAsync(new TableEntity(honest) { ["Entries"] = entries });
    }

    [Fact]
    public async Task An_anchor_that_was_replaced_is_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await AnchoredPersonAsync(host, "an");
        var bert = await AnchoredPersonAsync(host, "bert");
        var head = await host.HeadAsync(bert);
        var first = Anchor.Parse((await host.AnchorsAsync())[0].Text);
        await ReplaceAsync(host, first with { Heads = [AnchoredHead.Parse(head)] });

        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Anchor, "00000001.txt has not the SHA-256 that 00000002.txt gives of it: one of the two was replaced.", null, 2);
        Assert.Contains(host.Logs.Lines, l => l.StartsWith("Error Ledger mismatch (anchor) at an anchor, 2: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newest_anchor_is_held_against_what_the_last_report_saw()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var seen = await host.VerifyAsync();
        var anchor = Assert.Single(await host.AnchorsAsync());
        Assert.Equal(new AnchorDigest(1, Anchored.Sha256(anchor.Text)), seen.Newest);
        var honest = Anchor.Parse(anchor.Text);

        await ReplaceAsync(host, honest with { Made = honest.Made.AddMinutes(1) });

        AssertOne(await host.VerifyAsync(), MismatchKind.Anchor, "00000001.txt was the newest in the last report, and is not what it was then.", null, 1);
        Assert.NotEqual(default, an);
    }

    [Theory]
    [InlineData("text that is none")]
    [InlineData("")]
    public async Task An_anchor_that_is_none_is_found(string text)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await AnchoredPersonAsync(host, "an");
        await host.Storage.Anchors.GetBlobClient("00000001.txt").UploadAsync(BinaryData.FromString(text), overwrite: true, Cancel);

        AssertOne(await host.VerifyAsync(), MismatchKind.Anchor, "00000001.txt cannot be read: The first line of an anchor is optout-anchor-1.", null, 1);
    }

    [Fact]
    public async Task Anchors_that_are_missing_are_found()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        for (var i = 1; i <= 5; i++)
            await AnchoredPersonAsync(host, $"person-{i}");
        foreach (var number in (int[])[2, 3])
            await host.Storage.Anchors.DeleteBlobAsync($"{number:D8}.txt", cancellationToken: Cancel);

        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Anchor, "Missing: 00000002.txt to 00000003.txt.", null, 2);
        Assert.Equal((3, 3, 3L), (report.Anchors, report.AnchorsRead, report.Heads));
    }

    [Fact]
    public async Task The_oldest_anchors_may_go_once_a_setting_says_so()
    {
        var storage = await azurite.NewAccountAsync();
        await using (var host = await OptOutHost.StartAsync(azurite, storage))
        {
            for (var i = 1; i <= 3; i++)
                await AnchoredPersonAsync(host, $"person-{i}");
            await host.Storage.Anchors.DeleteBlobAsync("00000001.txt", cancellationToken: Cancel);
            AssertOne(await host.VerifyAsync(), MismatchKind.Anchor, "Missing: 00000001.txt.", null, 1);
        }

        await using var told = await OptOutHost.StartAsync(azurite, storage, new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Anchors:Oldest"] = "2" });
        Assert.Empty((await told.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task Heads_that_nobody_anchors_are_found()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var (_, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.QuietAsync();
        time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        time.Advance(TimeSpan.FromHours(2));

        AssertOne(await host.VerifyAsync(), MismatchKind.Anchor, "Heads have waited for more than three hours and are in no anchor: AnchorLedgers does not do its work.", null, 0);
        await host.AnchorAsync();
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task What_was_anchored_long_ago_is_looked_at_too()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var an = await AnchoredPersonAsync(host, "an");
        time.Advance(TimeSpan.FromDays(40));
        await AnchoredPersonAsync(host, "bert");
        var row = await host.EventRowAsync(an, 1);
        row["Hash"] = new string('0', 64);
        await host.ForgeAsync(row);

        // The one older anchor there is: the die cannot fall otherwise.
        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Altered, "An entry is not what its hash says.", an, 1);
        Assert.Equal((2L, 2, 2), (report.Heads, report.HeadsVerified, report.Subjects));
    }

    private static void AssertOne(LedgerReport report, MismatchKind kind, string what, SubjectKey? subject, long sequence)
    {
        Assert.Equal([new LedgerMismatch(kind, what, subject?.ToString(), sequence)], report.Mismatches);
        Assert.Equal("1 of what was looked at was altered, or is missing: look into it.", report.Verdict);
        Assert.Equal((1, 1), (report.Counts.Values.Sum(), report.Counts[kind.ToString().ToLowerInvariant()]));
    }

    /// <summary>Somebody whose one press is in the newest anchor.</summary>
    private static async Task<SubjectKey> AnchoredPersonAsync(OptOutHost host, string id)
    {
        var (subject, token) = await host.KnownAsync(id);
        Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        await host.AnchorAsync();
        Assert.Equal([await host.HeadAsync(subject)], (await host.AnchorsAsync())[^1].Heads());
        return subject;
    }

    private static async Task WantAsync(OptOutHost host, string id, string wish) =>
        Assert.Equal(200, (await host.SendAsync("PUT", $"/api/subjects/{id}/preferences", new StringContent(wish), OptOutHost.FunctionKey)).Status);

    // As somebody would who knows this code: entry and state agree with each other in everything.
    private static async Task RewriteAsync(OptOutHost host, SubjectKey subject, Change change)
    {
        var entry = Ledger.Append(Ledger.Start(subject), change);
        var row = await host.EventRowAsync(subject, 1);
        (row["Change"], row["Hash"]) = (ChangeDocument.From(change).ToJson(), entry.Hash);
        await host.ForgeAsync(row);
        var state = await host.StateRowAsync(subject);
        (state["Entries"], state["Hash"]) = ($"{change.Scope} {change.Decision} {change.At.ToUnixTimeMilliseconds()} {change.Id:N}", entry.Hash);
        await host.ForgeAsync(state);
    }

    private static async Task ReplaceAsync(OptOutHost host, Anchor anchor)
    {
        await host.Storage.Anchors.DeleteBlobAsync(Anchor.Name(anchor.Number), cancellationToken: Cancel);
        await host.Storage.Anchors.UploadBlobAsync(Anchor.Name(anchor.Number), BinaryData.FromString(anchor.ToText()), Cancel);
    }
}
