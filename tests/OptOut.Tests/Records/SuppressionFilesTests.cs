using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Records;
using OptOut.Records.ExternalSuppressions;
using OptOut.Records.SuppressionFiles;

namespace OptOut.Tests.Records;

/// <summary>The suppression files for vendors that work with files: the nightly file and the deltas in between.</summary>
public sealed class SuppressionFilesTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_nightly_file_contains_exactly_the_people_who_stopped_on_the_channel()
    {
        await using var host = await StartAsync();
        var post = await StopAsync(host, "p-1", "Kerkstraat 1, 9000 Gent", "*,*");
        await StopAsync(host, "p-2", "Kerkstraat 2, 9000 Gent", "post,newsletter");
        await StopAsync(host, "p-3", "Kerkstraat 3, 9000 Gent", "email,*");
        await host.PutSubjectAsync("p-4", postal: ["Kerkstraat 4, 9000 Gent"]);

        await host.RunTimerAsync("WriteSuppressions");

        var manifest = await ManifestAsync(host);
        var csv = await FileAsync(host, manifest, "csv");
        var lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("identifier,stopped,since,reason,country,postcode,street,number,box,text", lines[0]);
        Assert.Contains(
            lines,
            l => l.StartsWith("BE|9000|KERKSTRAAT|1|,*,", StringComparison.Ordinal)
                && l.EndsWith(",stopped,BE,9000,KERKSTRAAT,1,,", StringComparison.Ordinal));
        Assert.Equal(
            new[] { (Key("Kerkstraat 1, 9000 Gent"), "*", "stopped"), (Key("Kerkstraat 2, 9000 Gent"), "newsletter", "stopped") },
            lines[1..].Select(l => l.Split(',')).Select(f => (f[0], f[1], f[3])).Order());
        var json = (await FileAsync(host, manifest, "ndjson"))
            .Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!)
            .ToList();
        Assert.Equal(lines[1..].Select(l => l.Split(',')[0]).Order(), json.Select(j => j["identifier"]!.GetValue<string>()).Order());
        Assert.All(
            json,
            j => Assert.Equal(
                ("BE", "9000", "KERKSTRAAT"),
                ($"{j["address"]!["country"]}", $"{j["address"]!["postcode"]}", $"{j["address"]!["street"]}")));
        Assert.Equal(
            (2, "post", "print-house"),
            (manifest["entries"]!.GetValue<int>(), manifest["channel"]!.GetValue<string>(), manifest["vendor"]!.GetValue<string>()));
        Assert.NotEqual(default, post);
    }

    [Fact]
    public async Task The_diallers_file_contains_the_people_who_stopped_calls_and_not_those_who_stopped_only_SMS()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["dialler"]);
        foreach (var (id, phone, scope) in ((string, string, string)[])
        [
            ("d-1", "+32470300001", "*,*"),
            ("d-2", "+32470300002", "phone,*"),
            ("d-3", "+32470300003", "sms,*"),
        ])
        {
            await host.PutSubjectAsync(id, phone: [phone]);
            await StopAsync(host, id, null, scope);
        }

        await host.RunTimerAsync("WriteSuppressions");

        var manifest = JsonNode.Parse(
            (await host.Storage.Suppressions.GetBlobClient("dialler/manifest.json").DownloadContentAsync(Cancel)).Value.Content)!;
        var lines = (await FileAsync(host, manifest, "csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["+32470300001", "+32470300002"], lines[1..].Select(l => l.Split(',')[0]).Order());
    }

    [Fact]
    public async Task An_address_in_a_register_is_in_the_file_with_the_name_of_the_register()
    {
        await using var host = await StartAsync();
        Assert.True(PostalKey.TryParse("Dorpsstraat 9, 9000 Gent", out var registered));
        var register = Register.All.First(r => r.Rules[^1].BlockedChannels.Contains(Channel.Post));
        await host.Service<ExternalSuppressionStore>().SetAsync(
            new ExternalSuppression(registered, register.Name, [Channel.Post], TimeProvider.System.GetUtcNow()), Cancel);
        Assert.True(PostalKey.TryParse("Dorpsstraat 10, 9000 Gent", out var bounced));
        await host.Service<ExternalSuppressionStore>().SetAsync(
            new ExternalSuppression(
                bounced, ExternalSuppression.BounceOrigin("print-house"), [Channel.Post], TimeProvider.System.GetUtcNow()),
            Cancel);

        await host.RunTimerAsync("WriteSuppressions");

        var line = Assert.Single(
            (await FileAsync(host, await ManifestAsync(host), "csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..]);
        Assert.Equal((registered.Value, register.Name), (line.Split(',')[0], line.Split(',')[3]));
    }

    [Fact]
    public async Task A_Stop_and_its_reversal_reach_the_print_house_within_seconds()
    {
        await using var host = await StartAsync();
        await host.PutSubjectAsync("p-5", postal: ["Kerkstraat 5, 9000 Gent"]);
        await host.RunTimerAsync("WriteSuppressions");
        var printHouse = host.Sandbox.Find<PrintHouseSandbox>();
        Assert.Empty(printHouse.Suppressed());

        await StopAsync(host, "p-5", null, "post,*");
        await OptOutHost.UntilAsync(
            () => Task.FromResult(printHouse.Suppressed().GetValueOrDefault(Key("Kerkstraat 5, 9000 Gent")) == "*"));
        await host.RunTimerAsync("WriteSuppressions");
        Assert.Equal("*", printHouse.Suppressed()[Key("Kerkstraat 5, 9000 Gent")]);

        await StopAsync(host, "p-5", null, "post,*", allow: true);
        await OptOutHost.UntilAsync(
            () => Task.FromResult(printHouse.Suppressed().GetValueOrDefault(Key("Kerkstraat 5, 9000 Gent"), "-") == "-"));
        await host.RunTimerAsync("WriteSuppressions");
        Assert.Equal("-", printHouse.Suppressed().GetValueOrDefault(Key("Kerkstraat 5, 9000 Gent"), "-"));
    }

    [Fact]
    public async Task If_a_writer_crashes_before_it_writes_the_manifest_the_old_version_remains_current()
    {
        await using var host = await StartAsync();
        await StopAsync(host, "p-6", "Kerkstraat 6, 9000 Gent", "*,*");
        await host.RunTimerAsync("WriteSuppressions");
        var before = (await ManifestAsync(host)).ToJsonString();

        // What such a writer leaves behind: a complete or incomplete file of a later version.
        await host.Storage.Suppressions
            .GetBlobClient(
                $"print-house/full/{SuppressionStore.NewVersion(TimeProvider.System.GetUtcNow().AddMinutes(1))}/suppressions.csv")
            .UploadAsync(BinaryData.FromString("identifier,stopped"), Cancel);

        Assert.Equal(before, (await ManifestAsync(host)).ToJsonString());
        Assert.Single(host.Sandbox.Find<PrintHouseSandbox>().Suppressed());
    }

    [Fact]
    public async Task Of_two_writers_the_one_that_began_later_wins_whichever_ends_last()
    {
        await using var host = await StartAsync();
        var store = host.Service<SuppressionStore>();
        var now = TimeProvider.System.GetUtcNow();
        SuppressionManifest Of(DateTimeOffset began) => new("print-house", "post", SuppressionStore.NewVersion(began), began, 0, []);
        var (early, late) = (Of(now), Of(now.AddSeconds(1)));

        var switched = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => store.SwitchAsync(i % 2 == 0 ? late : early, Cancel)));

        Assert.True(switched[0]);
        Assert.False(await store.SwitchAsync(early, Cancel));
        Assert.Equal(late.Version, (await store.FindAsync("print-house", Cancel))!.Value.Manifest.Version);
    }

    [Fact]
    public async Task Old_versions_and_deltas_included_in_the_new_file_are_deleted()
    {
        await using var host = await StartAsync();
        var store = host.Service<SuppressionStore>();
        await StopAsync(host, "p-7", "Kerkstraat 7, 9000 Gent", "*,*");
        await OptOutHost.UntilAsync(() => Task.FromResult(Blobs(host, "print-house/deltas/").Length == 1));
        for (var i = 0; i < SuppressionStore.KeptVersions + 2; i++)
            await host.RunTimerAsync("WriteSuppressions");
        Assert.Equal(2 * SuppressionStore.KeptVersions, Blobs(host, "print-house/full/").Length);
        Assert.Single(Blobs(host, "print-house/deltas/"));

        // A version that began later than the delta by more than the tolerated clock difference.
        var began = TimeProvider.System.GetUtcNow().AddMinutes(11);
        await store.SwitchAsync((await store.FindAsync("print-house", Cancel))!.Value.Manifest with { Began = began }, Cancel);
        await store.CleanAsync("print-house", Cancel);

        Assert.Empty(Blobs(host, "print-house/deltas/"));
        Assert.Equal("*", host.Sandbox.Find<PrintHouseSandbox>().Suppressed()[Key("Kerkstraat 7, 9000 Gent")]);
    }

    [Fact]
    public async Task A_person_who_refused_mail_at_the_print_house_has_stopped_everything_and_one_whose_mail_was_returned_has_not()
    {
        await using var host = await StartAsync();
        var refused = await host.PutSubjectAsync("p-8", ["p-8@example.com"], postal: ["Kerkstraat 8, 9000 Gent"]);
        var returned = await host.PutSubjectAsync("p-9", ["p-9@example.com"], postal: ["Kerkstraat 9, 9000 Gent"]);
        var house = host.Sandbox.Find<PrintHouseSandbox>();
        await house.AddAsync(new PrintHouseEntry("Kerkstraat 8, 9000 Gent", TimeProvider.System.GetUtcNow(), "refused"), Cancel);
        await house.AddAsync(new PrintHouseEntry("Kerkstraat 9, 9000 Gent", TimeProvider.System.GetUtcNow(), "returned"), Cancel);

        await host.RunTimerAsync("Reconcile");

        var change = Assert.Single(await host.LedgerAsync(refused, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Source.Reconciliation, "print-house", "refused"),
            (change.Scope, change.Source, change.Evidence.Vendor, change.Evidence.Reference));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "p-8@example.com"));
        Assert.Empty(await host.LedgerAsync(returned));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "p-9@example.com"));
        Assert.Equal((false, "undeliverable"), await host.CheckAsync("post", "Kerkstraat 9, 9000 Gent"));
    }

    [Fact]
    public async Task A_lost_delta_is_written_again_by_the_nightly_reconciliation()
    {
        await using var host = await StartAsync();
        var subject = await StopAsync(host, "p-10", "Kerkstraat 10, 9000 Gent", "*,*");
        var row = await host.ConfirmedAsync(subject, vendor: "print-house");
        // A second delivery of the same change would confirm the row again.
        await host.QuietAsync();
        await host.Service<VendorRows>().SaveAsync(
            subject,
            "print-house",
            row with { Status = VendorStatus.Waiting, Stops = new Dictionary<IdentifierHash, StopSet>(), ConfirmedAt = null },
            Cancel);
        foreach (var delta in Blobs(host, "print-house/deltas/"))
            await host.Storage.Suppressions.DeleteBlobAsync(delta, cancellationToken: Cancel);

        await host.RunTimerAsync("Reconcile");

        await OptOutHost.UntilAsync(() => Task.FromResult(Blobs(host, "print-house/deltas/").Length > 0));
        Assert.Single(Blobs(host, "print-house/deltas/"));
        await host.ConfirmedAsync(subject, vendor: "print-house");
    }

    [Fact]
    public async Task A_Stop_applies_to_every_spelling_of_the_address_and_to_no_neighbour()
    {
        await using var host = await StartAsync();
        await StopAsync(host, "p-11", "Sint-Pietersnieuwstr. 12 bus 3, 9000 Gent", "*,*");

        foreach (var spelling in (string[])
        [
            "Sint Pietersnieuwstraat 12/3\n9000 GENT\nBelgië",
            "St.-Pietersnieuwstraat 12 b3 B-9000 Gent",
            "SINT PIETERSNIEUWSTRAAT 12 boîte 3 9000 Gand",
            "Jan Peeters, Sint-Pietersnieuwstraat 12, bus 3, 9000 Gent",
        ])
        {
            Assert.Equal((false, "stopped"), await host.CheckAsync("post", spelling));
        }

        Assert.Equal((true, "no-objection"), await host.CheckAsync("post", "Sint-Pietersnieuwstraat 12 bus 4, 9000 Gent"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("post", "Sint-Pietersnieuwstraat 12, 9000 Gent"));

        var printHouse = host.Sandbox.Find<PrintHouseSandbox>();
        await OptOutHost.UntilAsync(() => Task.FromResult(printHouse.Suppressed().ContainsKey("BE|9000|SINTPIETERSNIEUWSTRAAT|12|3")));
        Assert.Single(printHouse.Suppressed());
    }

    [Fact]
    public async Task A_new_Allow_does_not_lift_a_register_entry()
    {
        await using var host = await StartAsync();
        Assert.True(PostalKey.TryParse("Dorpsstraat 12, 9000 Gent", out var registered));
        await host.Service<ExternalSuppressionStore>().SetAsync(
            new ExternalSuppression(registered, "robinson", [Channel.Post], TimeProvider.System.GetUtcNow()), Cancel);
        await StopAsync(host, "p-12", "Dorpsstraat 12, 9000 Gent", "post,*");
        await host.ConfirmedAsync(host.SubjectOf("p-12"), vendor: "print-house");
        var allow = await StopAsync(host, "p-12", null, "post,*", allow: true);

        await OptOutHost.UntilAsync(async () => (await host.LedgerAsync(allow)).Count == 2);
        await host.QuietAsync();

        Assert.Equal("*", host.Sandbox.Find<PrintHouseSandbox>().Suppressed()[registered.Value]);
        var delta = (await host.Storage.Suppressions
            .GetBlobClient(Assert.Single(Blobs(host, "print-house/deltas/")))
            .DownloadContentAsync(Cancel)).Value.Content;
        Assert.Equal("robinson", JsonNode.Parse(delta)!["reason"]!.GetValue<string>());
    }

    private Task<OptOutHost> StartAsync() => OptOutHost.StartAsync(azurite, vendors: ["print-house"]);

    private static string Key(string address) => PostalKey.TryParse(address, out var key) ? key.Value : throw new FormatException(address);

    private static async Task<SubjectKey> StopAsync(OptOutHost host, string id, string? postal, string scope, bool allow = false)
    {
        var subject = postal is null ? host.SubjectOf(id) : await host.PutSubjectAsync(id, postal: [postal]);
        var now = TimeProvider.System.GetUtcNow();
        var decision = allow ? Decision.Allow : Decision.Stop;
        var change = Change.Create(
            EventIds.New(now),
            subject,
            Scope.Parse(scope),
            decision,
            now,
            now,
            Source.Portal,
            seen: await host.SeenAsync(subject, decision));
        Assert.True((await host.Service<OptOut.Intake.ChangeIntake>().RecordAsync(change, OptOut.Intake.WaitFor.Visible)).Durable);
        return subject;
    }

    private static string[] Blobs(OptOutHost host, string prefix) =>
        [.. host.Storage.Suppressions.GetBlobs(BlobTraits.None, BlobStates.None, prefix, Cancel).Select(b => b.Name)];

    private static async Task<JsonNode> ManifestAsync(OptOutHost host) =>
        JsonNode.Parse(
            (await host.Storage.Suppressions.GetBlobClient("print-house/manifest.json").DownloadContentAsync(Cancel)).Value.Content)!;

    private static async Task<string> FileAsync(OptOutHost host, JsonNode manifest, string format)
    {
        var file = manifest["files"]!.AsArray().Single(f => f!["format"]!.GetValue<string>() == format)!;
        var content =
            (await host.Storage.Suppressions.GetBlobClient(file["name"]!.GetValue<string>()).DownloadContentAsync(Cancel)).Value.Content;
        Assert.Equal(file["sha256"]!.GetValue<string>(), Convert.ToHexStringLower(SHA256.HashData(content)));
        Assert.Equal(file["bytes"]!.GetValue<long>(), content.ToMemory().Length);
        return content.ToString();
    }
}
