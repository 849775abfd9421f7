using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Vendors.Generic;

/// <summary>
/// Two vendors on two channels, defined by settings only: a company's CRM for its mails, and a mailing house for its letters.
/// </summary>
public sealed class HttpVendorWebhookTests(HttpVendorWebhookTests.TwoVendors two) : IClassFixture<HttpVendorWebhookTests.TwoVendors>
{
    private const string LettersSecret = "whsec_bGV0dGVycy13ZWJob29rLXNlY3JldC0zMi1ieXRlcyE=";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private OptOutHost Host => two.Host;

    private CrmSandbox Crm => Host.Sandbox.Find<CrmSandbox>();

    [Fact]
    public async Task One_click_reaches_both_vendors_each_on_its_own_channel()
    {
        var subject = await Host.PutSubjectAsync("two-1", ["two-1@example.com"], postal: ["Kerkstraat 1, 9000 Gent"]);

        Assert.Equal(200, (await Host.OneClickAsync(await Host.TokenAsync("two-1"))).Status);

        await Host.ConfirmedAsync(subject, vendor: "crm");
        await Host.ConfirmedAsync(subject, vendor: "letters");
        Assert.True(PostalKey.TryParse("Kerkstraat 1, 9000 Gent", out var home));
        Assert.Equal(
            ["two-1@example.com", "two-1@example.com newsletter", "two-1@example.com offers"],
            Crm.Entries.Where(e => e.Identifier == "two-1@example.com").Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal([home.Value], two.Letters.Entries.Where(e => e.Identifier == home.Value).Select(Describe));
        Assert.All(Crm.Entries, e => Assert.Equal("email", e.Kind));
        Assert.All(two.Letters.Entries, e => Assert.Equal("postal", e.Kind));
    }

    [Fact]
    public async Task A_person_who_stops_at_a_vendor_stops_everything_everywhere()
    {
        var subject = await Host.PutSubjectAsync("two-2", ["two-2@example.com"], postal: ["Kerkstraat 2, 9000 Gent"]);

        Assert.Equal(200, await Crm.ActAsync("unsubscribed", "Two-2@Example.com", "email", cancellationToken: Cancel));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "crm"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        Assert.StartsWith("evt-", change.Evidence.Reference, StringComparison.Ordinal);
        await Host.ConfirmedAsync(subject, vendor: "letters");
        Assert.Equal((false, "stopped"), await Host.CheckAsync("post", "Kerkstraat 2, 9000 Gent"));
    }

    [Fact]
    public async Task A_Stop_reported_by_the_mailing_house_arrives_through_its_own_webhook()
    {
        var subject = await Host.PutSubjectAsync("two-3", ["two-3@example.com"], postal: ["Kerkstraat 3, 9000 Gent"]);
        var signer = new GenericSigner(LettersSecret, TimeProvider.System);

        var answer = await PostAsync(
            "letters", """{"type":"unsubscribed","id":"letter-3","identifier":"Kerkstraat 3, 9000 Gent"}""", signer);

        Assert.Equal(200, answer.Status);
        var evidence = Assert.Single(await Host.LedgerAsync(subject, 1)).Change.Evidence;
        Assert.Equal(("letters", "letter-3"), (evidence.Vendor, evidence.Reference));
        await Host.ConfirmedAsync(subject, vendor: "crm");
    }

    [Fact]
    public async Task One_vendors_secret_is_not_accepted_by_another_vendors_webhook()
    {
        var before = await Host.EverythingAsync();
        const string Body = """{"type":"unsubscribed","identifier":"two-4@example.com"}""";

        Assert.Equal(401, (await PostAsync("crm", Body, new GenericSigner(LettersSecret, TimeProvider.System))).Status);
        Assert.Equal(401, (await PostAsync("crm", Body, new GenericSigner(GenericSandbox.PushSecret, TimeProvider.System))).Status);
        Assert.Equal(404, (await PostAsync("nobody", Body, Signer())).Status);

        Assert.Equal(before, await Host.EverythingAsync());
    }

    [Fact]
    public async Task A_repeated_event_is_recorded_once_by_its_id_or_by_its_position_in_the_message()
    {
        var (withId, withoutId) = (
            await Host.PutSubjectAsync("two-5a", ["two-5a@example.com"]), await Host.PutSubjectAsync("two-5b", ["two-5b@example.com"]));
        const string WithId = """{"type":"unsubscribed","id":"e-5","identifier":"two-5a@example.com"}""";
        const string WithoutId = """[{"type":"ping"},{"type":"complained","identifier":"two-5b@example.com"}]""";

        Assert.Equal(200, (await PostAsync("crm", WithId, Signer(), "msg_a")).Status);
        Assert.Equal(200, (await PostAsync("crm", WithId, Signer(), "msg_b")).Status);
        Assert.Equal(200, (await PostAsync("crm", WithoutId, Signer(), "msg_c")).Status);
        Assert.Equal(200, (await PostAsync("crm", WithoutId, Signer(), "msg_c")).Status);

        Assert.Equal("e-5", Assert.Single(await Host.LedgerAsync(withId, 1)).Change.Evidence.Reference);
        Assert.Equal("msg_c.1", Assert.Single(await Host.LedgerAsync(withoutId, 1)).Change.Evidence.Reference);
        await Host.QuietAsync();
        await Host.LedgerAsync(withId, 1);
        await Host.LedgerAsync(withoutId, 1);
    }

    [Fact]
    public async Task A_week_old_message_is_accepted_and_dated_when_it_was_signed()
    {
        var subject = await Host.PutSubjectAsync("two-6", ["two-6@example.com"]);
        var weekAgo = TimeProvider.System.GetUtcNow().AddDays(-7);
        var signer = new GenericSigner(GenericSandbox.WebhookSecret, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(weekAgo));

        Assert.Equal(200, (await PostAsync("crm", """{"type":"unsubscribed","identifier":"two-6@example.com"}""", signer)).Status);

        Assert.Equal(weekAgo.ToUnixTimeSeconds(), Assert.Single(await Host.LedgerAsync(subject, 1)).Change.At.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Bad_elements_do_not_affect_the_others_and_an_id_with_personal_data_is_stored_as_its_hash()
    {
        var subject = await Host.PutSubjectAsync("two-7", ["two-7@example.com"]);
        const string Body = """
            [null, 7, [], {"type":7}, {"type":"unsubscribed"}, {"type":"unsubscribed","identifier":"nobody"},
             {"type":"unsubscribed","identifier":"\ud800@example.com"},
             {"type":"subscribed","identifier":"two-7@example.com"},
             {"type":"unsubscribed","kind":"fax","identifier":"two-7@example.com"},
             {"type":"unsubscribed","id":"two-7@example.com","identifier":"two-7@example.com","at":"yesterday","topic":{}}, {"type":
            """;

        Assert.Equal(200, (await PostAsync("crm", Body, Signer())).Status);

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(Scope.Everything, change.Scope);
        Assert.Equal(EventIds.Derive("two-7@example.com").ToString("D"), change.Evidence.Reference);
        Assert.Contains(Host.Logs.Lines, l => l.Contains("crm sent 9 events that could not be read", StringComparison.Ordinal));
        Assert.DoesNotContain(Host.Logs.Lines, l => l.Contains("two-7@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bounce_or_our_own_message_sent_back_is_not_recorded_as_a_Stop()
    {
        var subject = await Host.PutSubjectAsync("two-8", ["two-8@example.com"]);

        Assert.Equal(200, await Crm.ActAsync("bounced", "two-8@example.com", "email", cancellationToken: Cancel));
        Assert.Equal(
            200,
            (await PostAsync("crm", """{"type":"consent.changed","identifier":"two-8@example.com","stopped":true}""", Signer())).Status);

        await Host.QuietAsync();
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    [Fact]
    public async Task A_person_who_resubscribes_at_the_vendor_stays_stopped_and_the_Stop_is_pushed_again()
    {
        var subject = await Host.PutSubjectAsync("two-9", ["two-9@example.com"]);
        await Host.OneClickAsync(await Host.TokenAsync("two-9"));
        await Host.ConfirmedAsync(subject, vendor: "crm");
        Crm.Remove("two-9@example.com");

        Assert.Equal(200, (await PostAsync("crm", """{"type":"resubscribed","identifier":"two-9@example.com"}""", Signer())).Status);

        await OptOutHost.UntilAsync(() => Task.FromResult(Crm.Entries.Any(e => e is { Identifier: "two-9@example.com", Topic: null })));
        Assert.Equal((false, "stopped"), await Host.CheckAsync("email", "two-9@example.com"));
        await Host.LedgerAsync(subject, 1);
    }

    [Fact]
    // More than are recorded at a time.
    public Task Forty_people_in_one_message_are_accepted() => AcceptedAsync(40);

    [LongFact]
    public Task Two_hundred_people_in_one_message_are_accepted() => AcceptedAsync(200);

    private async Task AcceptedAsync(int people)
    {
        var body = new JsonArray([.. Enumerable.Range(0, people).Select(
            i => (JsonNode)new JsonObject { ["type"] = "unsubscribed", ["id"] = $"many-{i}", ["identifier"] = $"many-{i}@example.com" })]);

        Assert.Equal(200, (await PostAsync("crm", body.ToJsonString(), Signer())).Status);

        await OptOutHost.UntilAsync(async () => await Host.CheckAsync("email", $"many-{people - 1}@example.com") == (false, "stopped"));
    }

    [Fact]
    public async Task More_than_four_megabytes_are_answered_413_and_an_empty_message_changes_nothing()
    {
        var before = await Host.EverythingAsync();

        Assert.Equal(413, (await PostAsync("crm", new string(' ', (4 * 1024 * 1024) + 1), Signer())).Status);
        Assert.Equal(200, (await PostAsync("crm", "", Signer())).Status);

        Assert.Equal(before, await Host.EverythingAsync());
    }

    private static GenericSigner Signer() => new(GenericSandbox.WebhookSecret, TimeProvider.System);

    private static string Describe(GenericEntry entry) => $"{entry.Identifier} {entry.Topic}".TrimEnd();

    private async Task<Answer> PostAsync(string vendor, string body, GenericSigner signer, string? messageId = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"/webhooks/generic/{vendor}") { Content = new ByteArrayContent(bytes) };
        foreach (var (header, value) in signer.Sign(bytes, messageId))
            request.Headers.Add(header, value);
        return await Host.SendAsync(request);
    }

    public sealed class TwoVendors(AzuriteFixture azurite) : IAsyncLifetime
    {
        private VendorSandbox? _mailingHouse;
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        /// <summary>The mailing house's account, in a sandbox of its own.</summary>
        internal CrmSandbox Letters => _mailingHouse!.Find<CrmSandbox>();

        public async ValueTask InitializeAsync()
        {
            const string Section = "OptOut:HttpVendors:letters";
            _mailingHouse = await VendorSandbox.StartAsync(new VendorSandboxOptions(), Cancel);
            _host = await OptOutHost.StartAsync(azurite, vendors: ["crm"], settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [$"{Section}:Channel"] = "post",
                [$"{Section}:PushUrl"] = new Uri(_mailingHouse.BaseAddress, "/crm/consent").AbsoluteUri,
                [$"{Section}:PushSecrets:0"] = GenericSandbox.PushSecret,
                [$"{Section}:BearerToken"] = GenericSandbox.Token,
                [$"{Section}:PullUrl"] = new Uri(_mailingHouse.BaseAddress, "/crm/suppressions").AbsoluteUri,
                [$"{Section}:PullFormat"] = "Lines",
                [$"{Section}:WebhookSecrets:0"] = LettersSecret,
            });
        }

        public async ValueTask DisposeAsync()
        {
            if (_host is not null)
                await _host.DisposeAsync();
            if (_mailingHouse is not null)
                await _mailingHouse.DisposeAsync();
        }
    }
}
