using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Dialler;

namespace OptOut.Tests.Evidence;

/// <summary>The proof that a controller gives to an authority: the verified ledger, and what each vendor confirmed.</summary>
public sealed class ProofTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private OptOutHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: ["sendgrid", "dialler"]);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_press_is_proved_by_its_ledger_entry_and_by_the_vendors_confirmations()
    {
        var subject = await _host.PutSubjectAsync("officer-1", ["officer-1@example.com"]);
        await _host.OneClickAsync(await _host.TokenAsync("officer-1"));
        var entry = Assert.Single(await _host.LedgerAsync(subject, 1));
        await _host.QuietAsync();
        var row = await _host.ConfirmedAsync(subject, entry.Change.Id);

        var answer = await GetAsync("officer-1");

        Assert.Equal((200, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
        Assert.Equal(
            ("optout-proof-1", "De Kruidtuin", subject.ToString()),
            (Text(answer, "format"), Text(answer, "controller"), Text(answer, "subject")));
        var ledger = answer.Json["ledger"]!;
        Assert.Equal($$"""{"whole":true,"sequence":1,"hash":"{{entry.Hash}}"}""", Without(ledger, "entries"));
        var proved = Assert.Single(ledger["entries"]!.AsArray())!;
        Assert.Equal(
            (1, Reference.From(entry.Change), "Stop", "*,*", "OneClick", entry.Change.At, entry.Hash),
            (
                (int)proved["sequence"]!,
                (string)proved["reference"]!,
                (string)proved["decision"]!,
                (string)proved["scope"]!,
                (string)proved["source"]!,
                (DateTimeOffset)proved["at"]!,
                (string)proved["hash"]!));
        Assert.Equal(entry.Hash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((string)proved["canonicalText"]!))));

        var vendors = answer.Json["vendors"]!.AsArray();
        Assert.Equal(
            ["sendgrid email confirmed", "dialler phone nothing-to-hold"],
            vendors.Select(v => $"{v!["vendor"]} {v["channel"]} {v["status"]}"));
        Assert.Equal(
            (entry.Change.At, row.ConfirmedAt), ((DateTimeOffset)vendors[0]!["decidedAt"]!, (DateTimeOffset?)vendors[0]!["confirmedAt"]));
        Assert.Equal(row.TimeToStop!.Value.TotalSeconds, (double)vendors[0]!["secondsToStop"]!, 3);
        Assert.Equal("""{"vendor":"dialler","channel":"phone","status":"nothing-to-hold"}""", vendors[1]!.ToJsonString());
        Assert.DoesNotContain("officer-1", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendor_that_has_not_confirmed_is_listed_as_waiting_or_rejected_with_the_reason()
    {
        var subject = await _host.PutSubjectAsync("officer-2", ["officer-2@example.com"], ["0470 12 00 02"]);
        _host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 503));
        _host.Sandbox.Find<DiallerSandbox>().Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 400));

        await _host.OneClickAsync(await _host.TokenAsync("officer-2"));
        await _host.LedgerAsync(subject, 1);

        // A vendor that was not asked yet is waiting too, without a reason.
        await OptOutHost.UntilAsync(async () => Statuses(await GetAsync("officer-2")) is ["sendgrid waiting", "dialler rejected"]
            && (await VendorsAsync("officer-2"))[0]!["reason"] is not null);

        var vendors = await VendorsAsync("officer-2");
        Assert.All(vendors, v => Assert.Null(v!["confirmedAt"]));
        Assert.All(vendors, v => Assert.Null(v!["secondsToStop"]));
        Assert.Contains("503", (string)vendors[0]!["reason"]!, StringComparison.Ordinal);
        Assert.Contains("400", (string)vendors[1]!["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_point_added_later_is_confirmed_by_its_vendor_too()
    {
        var subject = await _host.PutSubjectAsync("officer-3", ["officer-3@example.com"]);
        await _host.OneClickAsync(await _host.TokenAsync("officer-3"));
        await _host.ConfirmedAsync(subject);
        Assert.Equal(["sendgrid confirmed", "dialler nothing-to-hold"], Statuses(await GetAsync("officer-3")));

        await _host.PutSubjectAsync("officer-3", ["officer-3@example.com"], ["0470 12 00 03"]);

        await OptOutHost.UntilAsync(async () => Statuses(await GetAsync("officer-3")) is ["sendgrid confirmed", "dialler confirmed"]);
    }

    [Fact]
    public async Task A_vendor_is_not_said_to_have_been_told_of_a_decision_about_another_channel()
    {
        var subject = await _host.PutSubjectAsync("officer-5", ["officer-5@example.com"], ["0470 12 00 05"]);
        await SaveAsync("officer-5", """{"channels":{"email":{"newsletter":false,"offers":false}}}""");
        var email = Assert.Single(await _host.LedgerAsync(subject, 1)).Change;
        await _host.ConfirmedAsync(subject, email.Id);

        await SaveAsync("officer-5", """{"channels":{"sms":{"newsletter":false},"phone":{"newsletter":false}}}""");

        await _host.LedgerAsync(subject, 3);
        await _host.QuietAsync();
        Assert.Equal(email.At, (await _host.ConfirmedAsync(subject)).Since);
        var sendGrid = (await GetAsync("officer-5")).Json["vendors"]![0]!;
        Assert.Equal(("sendgrid", email.At), ((string)sendGrid["vendor"]!, (DateTimeOffset)sendGrid["decidedAt"]!));
        Assert.NotNull(sendGrid["secondsToStop"]);
    }

    [Theory]
    [InlineData("OneClick", "Portal", 1)]
    [InlineData("{", "[", 0)] // The entry cannot be read at all.
    public async Task A_tampered_ledger_is_reported_as_not_whole_with_its_first_broken_entry(string found, string instead, int shown)
    {
        var subject = await _host.PutSubjectAsync("officer-4", ["officer-4@example.com"]);
        await _host.OneClickAsync(await _host.TokenAsync("officer-4"));
        await _host.LedgerAsync(subject, 1);
        var row = (await _host.Storage.Consent.GetEntityAsync<TableEntity>(
            subject.ToString(), $"event~{subject}~0000000001", cancellationToken: Cancel)).Value;
        row["Change"] = row.GetString("Change").Replace(found, instead, StringComparison.OrdinalIgnoreCase);
        await _host.Storage.Consent.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, Cancel);

        var ledger = (await GetAsync("officer-4")).Json["ledger"]!;

        Assert.Equal((false, 1, shown), ((bool)ledger["whole"]!, (int)ledger["firstBroken"]!, ledger["entries"]!.AsArray().Count));
    }

    [Fact]
    public async Task An_unknown_customer_has_an_empty_ledger_and_reading_the_proof_changes_nothing()
    {
        var before = await _host.EverythingAsync();

        var answer = await GetAsync("nobody");

        Assert.Equal(200, answer.Status);
        Assert.Equal((true, 0), ((bool)answer.Json["ledger"]!["whole"]!, (int)answer.Json["ledger"]!["sequence"]!));
        Assert.Empty(answer.Json["ledger"]!["entries"]!.AsArray());
        Assert.Equal(["sendgrid nothing-to-hold", "dialler nothing-to-hold"], Statuses(answer));
        Assert.Equal(before, await _host.EverythingAsync());
    }

    [Fact]
    public async Task Without_the_key_or_with_an_invalid_customer_number_the_request_is_refused()
    {
        Assert.Equal(401, (await _host.SendAsync("GET", "/api/subjects/officer-1/proof")).Status);
        Assert.Equal(401, (await _host.SendAsync("GET", "/api/subjects/officer-1/proof", key: "wrong")).Status);

        var answer = await GetAsync(new string('7', 201));

        Assert.Equal(400, answer.Status);
        Assert.Equal("The customer number has 201 characters; the maximum is 200.", (string)answer.Json["errors"]!["id"]![0]!);
    }

    private async Task SaveAsync(string id, string json)
    {
        var answer = await _host.SavePreferencesAsync(id, new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(200, answer.Status);
    }

    private Task<Answer> GetAsync(string id) => _host.SendAsync("GET", $"/api/subjects/{id}/proof", key: OptOutHost.FunctionKey);

    private static string Text(Answer answer, string name) => answer.Json[name]!.GetValue<string>();

    private async Task<JsonArray> VendorsAsync(string id) => (await GetAsync(id)).Json["vendors"]!.AsArray();

    private static string[] Statuses(Answer answer) => [.. answer.Json["vendors"]!.AsArray().Select(v => $"{v!["vendor"]} {v["status"]}")];

    private static string Without(JsonNode node, string name)
    {
        var copy = node.DeepClone().AsObject();
        copy.Remove(name);
        return copy.ToJsonString();
    }
}
