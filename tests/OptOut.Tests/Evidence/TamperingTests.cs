using System.Diagnostics.Metrics;
using System.Globalization;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Records;
using OptOut.Tests.Platform.Telemetry;
using OptOut.Tests.Reconciliation;

namespace OptOut.Tests.Evidence;

/// <summary>Someone with write access to tables and blobs tampers with them, and the nightly verification detects it.</summary>
public sealed class TamperingTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_altered_scope_of_an_entry_is_detected_logged_and_counted()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var (an, bert) = (await AnchoredPersonAsync(host, "an"), await AnchoredPersonAsync(host, "bert"));
        var row = await host.EventRowAsync(an, 1);
        row["Change"] = row.GetString("Change").Replace("\"*,*\"", "\"email,*\"", StringComparison.Ordinal);
        await host.ForgeAsync(row);

        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Altered, "An entry does not match its hash.", an, 1);
        Assert.Contains(
            host.Logs.Lines,
            l => l.StartsWith($"Error Ledger mismatch (altered) at {an}, 1: An entry does not match its hash.", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs.Lines, l => l.Contains($"mismatch (altered) at {bert}", StringComparison.Ordinal));
        Assert.Equal(
            [
                "optout.ledger.mismatches 0 kind=anchor",
                "optout.ledger.mismatches 0 kind=missing",
                "optout.ledger.mismatches 0 kind=state",
                "optout.ledger.mismatches 1 kind=altered",
            ],
            telemetry
                .Take(host.Service<IMeterFactory>())
                .Where(m => m.StartsWith("optout.ledger", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("\"oneClick\"", "\"portal\"", "An entry does not match its hash.")]
    [InlineData("\"stop\"", "\"allow\"", "An entry cannot be read.")] // A mail client's button may not give an Allow.
    [InlineData("{", "[", "An entry cannot be read.")]
    public async Task Any_alteration_of_an_entry_is_detected(string found, string instead, string description)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var row = await host.EventRowAsync(an, 1);
        var change = row.GetString("Change");
        row["Change"] = change.Replace(found, instead, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(change, row["Change"]);
        await host.ForgeAsync(row);

        AssertOne(await host.VerifyAsync(), MismatchKind.Altered, description, an, 1);
    }

    [Fact]
    public async Task A_ledger_rewritten_with_correct_hashes_is_detected_by_its_anchor()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var original = (await host.LedgerAsync(an, 1))[0].Change;
        var forged = Change.Create(
            original.Id,
            an,
            original.Scope,
            Decision.Stop,
            original.At.AddDays(-30),
            original.ReceivedAt.AddDays(-30),
            original.Source,
            original.Evidence);
        await RewriteAsync(host, an, forged);
        var ledger = await host.LedgerAsync(an, 1);
        Assert.Equal(forged, ledger[0].Change);
        Assert.Null(Ledger.FirstBroken(an, ledger, (await host.Consent.LoadAsync(an, Cancel)).Head));

        AssertOne(
            await host.VerifyAsync(), MismatchKind.Altered, "The ledger was rewritten: the entry is not the one that was anchored.", an, 1);
    }

    [Fact]
    public async Task A_truncated_ledger_with_a_matching_older_state_is_detected()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.KnownAsync("an");
        var an = host.SubjectOf("an");
        await SavePreferencesAsync(host, "an", """{"channels":{"sms":{"offers":false}}}""");
        await host.QuietAsync();
        var (before, entries) = (await host.StateRowAsync(an), (await host.LedgerAsync(an)).Count);
        await SavePreferencesAsync(host, "an", """{"everything":"stop"}""");
        await host.AnchorAsync();
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        foreach (var entry in (await host.LedgerAsync(an)).Skip(entries))
            await host.RemoveAsync(await host.EventRowAsync(an, (int)entry.Sequence));
        await host.ForgeAsync(before);
        Assert.Null(Ledger.FirstBroken(an, await host.LedgerAsync(an), (await host.Consent.LoadAsync(an, Cancel)).Head));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "The ledger ends before an entry that was anchored.", an, entries + 1);
    }

    [Fact]
    public async Task The_removal_of_everything_about_a_person_is_detected()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        await host.RemoveAsync(await host.EventRowAsync(an, 1));
        await host.RemoveAsync(await host.StateRowAsync(an));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "The ledger ends before an entry that was anchored.", an, 1);
    }

    [Fact]
    public async Task An_entry_removed_from_the_middle_is_detected()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.KnownAsync("an");
        var an = host.SubjectOf("an");
        foreach (var preferences in (string[])
        [
            """{"everything":"stop"}""",
            """{"channels":{"email":{"newsletter":true}}}""",
            """{"everything":"stop"}""",
        ])
        {
            await SavePreferencesAsync(host, "an", preferences);
        }

        await host.AnchorAsync();
        await host.RemoveAsync(await host.EventRowAsync(an, 2));

        AssertOne(await host.VerifyAsync(), MismatchKind.Missing, "An entry is gone.", an, 2);
    }

    [Fact]
    public async Task A_state_that_does_not_match_the_ledger_is_detected()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var original = await host.StateRowAsync(an);

        await ForgeEntriesAsync(original.GetString("Entries0").Replace("*,* 1 ", "*,* 0 ", StringComparison.Ordinal));
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state does not follow from the ledger.", an, 1);
        await ForgeEntriesAsync("");
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state does not follow from the ledger.", an, 1);
        await ForgeEntriesAsync("nonsense");
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state cannot be read.", an, 1);
        await host.ForgeAsync(new TableEntity(original) { ["Sequence"] = 2L });
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state and the ledger end at different entries.", an, 1);
        await host.ForgeAsync(new TableEntity(original) { ["Hash"] = new string('0', 64) });
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state and the ledger end at different entries.", an, 1);
        await host.RemoveAsync(original);
        AssertOne(await host.VerifyAsync(), MismatchKind.State, "The state and the ledger end at different entries.", an, 1);

        await host.ForgeAsync(original);
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        Task ForgeEntriesAsync(string entries) => host.ForgeAsync(new TableEntity(original) { ["Entries0"] = entries });
    }

    [Fact]
    public async Task A_replaced_anchor_is_detected()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await AnchoredPersonAsync(host, "an");
        var bert = await AnchoredPersonAsync(host, "bert");
        var head = await host.HeadAsync(bert);
        var first = Anchor.Parse((await host.AnchorsAsync())[0].Text);
        await ReplaceAsync(host, first with { Heads = [AnchoredHead.Parse(head)] });

        var report = await host.VerifyAsync();

        AssertOne(
            report,
            MismatchKind.Anchor,
            "The SHA-256 of 00000001.txt is not the one that 00000002.txt contains: one of the two was replaced.",
            null,
            2);
        Assert.Contains(host.Logs.Lines, l => l.StartsWith("Error Ledger mismatch (anchor) at an anchor, 2: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newest_anchor_is_compared_with_its_digest_in_the_last_report()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var an = await AnchoredPersonAsync(host, "an");
        var seen = await host.VerifyAsync();
        var anchor = Assert.Single(await host.AnchorsAsync());
        Assert.Equal(new AnchorDigest(1, Anchored.Sha256(anchor.Text)), seen.Newest);
        var original = Anchor.Parse(anchor.Text);

        await ReplaceAsync(host, original with { Made = original.Made.AddMinutes(1) });

        AssertOne(
            await host.VerifyAsync(),
            MismatchKind.Anchor,
            "00000001.txt was the newest in the last report, and has changed since.",
            null,
            1);
        Assert.NotEqual(default, an);
    }

    [Theory]
    [InlineData("not an anchor")]
    [InlineData("")]
    public async Task An_unreadable_anchor_is_detected(string text)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await AnchoredPersonAsync(host, "an");
        await host.Storage.Anchors.GetBlobClient("00000001.txt").UploadAsync(BinaryData.FromString(text), overwrite: true, Cancel);

        AssertOne(
            await host.VerifyAsync(),
            MismatchKind.Anchor,
            "00000001.txt cannot be read: The first line of an anchor is optout-anchor-1.",
            null,
            1);
    }

    [Fact]
    public async Task Missing_anchors_are_detected()
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
    public async Task The_oldest_anchors_may_be_deleted_if_a_setting_says_so()
    {
        var storage = await azurite.NewAccountAsync();
        await using (var host = await OptOutHost.StartAsync(azurite, storage))
        {
            for (var i = 1; i <= 3; i++)
                await AnchoredPersonAsync(host, $"person-{i}");
            await host.Storage.Anchors.DeleteBlobAsync("00000001.txt", cancellationToken: Cancel);
            AssertOne(await host.VerifyAsync(), MismatchKind.Anchor, "Missing: 00000001.txt.", null, 1);
        }

        await using var configured = await OptOutHost.StartAsync(
            azurite, storage, new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Anchors:Oldest"] = "2" });
        Assert.Empty((await configured.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task Heads_that_are_not_anchored_within_three_hours_are_detected()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var (_, token) = await host.KnownAsync("an");
        await host.PressAsync(token);
        await host.QuietAsync();
        time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await host.VerifyAsync()).Mismatches);

        time.Advance(TimeSpan.FromHours(2));

        AssertOne(
            await host.VerifyAsync(),
            MismatchKind.Anchor,
            "Heads have waited for more than three hours and are in no anchor: AnchorLedgers is not working.",
            null,
            0);
        await host.AnchorAsync();
        Assert.Empty((await host.VerifyAsync()).Mismatches);
    }

    [Fact]
    public async Task Old_anchors_are_verified_too()
    {
        var time = new ShiftedTime();
        await using var host = await OptOutHost.StartAsync(azurite, time: time);
        var an = await AnchoredPersonAsync(host, "an");
        time.Advance(TimeSpan.FromDays(40));
        await AnchoredPersonAsync(host, "bert");
        var row = await host.EventRowAsync(an, 1);
        row["Hash"] = new string('0', 64);
        await host.ForgeAsync(row);

        // Older anchors are sampled at random, but there is only one, so it is always chosen.
        var report = await host.VerifyAsync();

        AssertOne(report, MismatchKind.Altered, "An entry does not match its hash.", an, 1);
        Assert.Equal((2L, 2, 2), (report.Heads, report.HeadsVerified, report.Subjects));
    }

    private static void AssertOne(LedgerReport report, MismatchKind kind, string description, SubjectKey? subject, long sequence)
    {
        Assert.Equal([new LedgerMismatch(kind, description, subject?.ToString(), sequence)], report.Mismatches);
        Assert.Equal("Mismatches found: 1. Something was altered or is missing: look into it.", report.Verdict);
        Assert.Equal((1, 1), (report.Counts.Values.Sum(), report.Counts[kind.ToString().ToLowerInvariant()]));
    }

    /// <summary>Creates a person whose only press is in the newest anchor.</summary>
    private static async Task<SubjectKey> AnchoredPersonAsync(OptOutHost host, string id)
    {
        var (subject, token) = await host.KnownAsync(id);
        Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        await host.AnchorAsync();
        Assert.Equal([await host.HeadAsync(subject)], (await host.AnchorsAsync())[^1].Heads());
        return subject;
    }

    private static async Task SavePreferencesAsync(OptOutHost host, string id, string preferences) =>
        Assert.Equal(
            200,
            (await host.SavePreferencesAsync(id, new StringContent(preferences))).Status);

    // Rewrites entry and state consistently, as someone who knows this code would.
    private static async Task RewriteAsync(OptOutHost host, SubjectKey subject, Change change)
    {
        var entry = Ledger.Append(Ledger.Start(subject), 1, change);
        var row = await host.EventRowAsync(subject, 1);
        (row["Change"], row["Hash"]) = (ChangeDocument.From(change).ToJson(), entry.Hash);
        await host.ForgeAsync(row);
        var state = await host.StateRowAsync(subject);
        var entries = string.Create(
            CultureInfo.InvariantCulture, $"{change.Scope} 1 {change.At.ToUnixTimeMilliseconds()} {change.Id:N} - - -");
        (state["Entries0"], state["Hash"]) = (entries, entry.Hash);
        await host.ForgeAsync(state);
    }

    private static async Task ReplaceAsync(OptOutHost host, Anchor anchor)
    {
        await host.Storage.Anchors.DeleteBlobAsync(Anchor.Name(anchor.Number), cancellationToken: Cancel);
        await host.Storage.Anchors.UploadBlobAsync(Anchor.Name(anchor.Number), BinaryData.FromString(anchor.ToText()), Cancel);
    }
}
