using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary>What is specific to Twilio's consents. <see cref="TwilioContractTests"/> covers what every vendor must do.</summary>
public sealed class TwilioPushTests : IAsyncLifetime
{
    private readonly CapturedLogs _logs = new();
    private VendorSandbox? _sandbox;
    private ServiceProvider? _services;

    private TwilioSandbox Twilio => _sandbox!.Find<TwilioSandbox>();

    private IVendor Vendor => _services!.GetServices<IVendor>().Single(v => v.Name == "twilio");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Identifier Jan => PhoneNumber.TryParse("+32470300001", "BE", out var who) ? who : throw new FormatException();

    private static Topic Newsletter => Topic.Parse("newsletter");

    private static Topic Offers => Topic.Parse("offers");

    public async ValueTask InitializeAsync()
    {
        _sandbox = await VendorSandbox.StartAsync(new VendorSandboxOptions(), Cancel);
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Empty(_sandbox!.Unexpected);
        await _services!.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task All_senders_are_updated_in_one_call()
    {
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));

        Assert.Equal("POST /twilio/v1/Consents/Bulk", Assert.Single(Twilio.Requests.All));
        Assert.Equal([(TwilioSandbox.Number, "api"), (TwilioSandbox.Service, "api")], Twilio.Blocks.Select(b => (b.Sender, b.By)).Order());
    }

    [Fact]
    public async Task A_person_who_still_allows_a_topic_is_not_blocked_and_no_call_is_made()
    {
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(new StopSet(false, [Offers]), null));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(new StopSet(true, [Newsletter]), null));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, new StopSet(false, [Offers])));

        Assert.Empty(Twilio.Requests.All);
        Assert.Empty(Twilio.Blocks);
    }

    [Fact]
    public async Task Only_the_topics_sent_by_SMS_count()
    {
        await ConnectAsync(KeyValuePair.Create("OptOut:Twilio:Topics:0", (string?)"offers"));

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(new StopSet(true, [Newsletter]), null));

        Assert.True(Twilio.IsBlocked(Jan.Value, TwilioSandbox.Service));
    }

    [Fact]
    public async Task An_Allow_lifts_our_Stop_and_the_persons_own_block_at_Twilio()
    {
        Twilio.StopByKeyword(Jan.Value);
        await PushAsync(StopSet.Everything, null);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, StopSet.Everything));

        Assert.Empty(Twilio.Blocks);
    }

    [Fact]
    public async Task An_item_refused_within_a_successful_answer_is_rejected_with_its_code_and_sender()
    {
        Twilio.RefusedContacts[Jan.Value] = "INVALID_CONTACT_ID";

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        Assert.Contains(
            "OptOut:Twilio:Senders:0 (30646: INVALID_CONTACT_ID), OptOut:Twilio:Senders:1 (30646: INVALID_CONTACT_ID)",
            rejected.Reason,
            StringComparison.Ordinal);
        AssertNothingPersonal(rejected.Reason);
    }

    [Fact]
    public async Task Text_quoted_in_such_a_refusal_is_not_repeated()
    {
        Twilio.RefusedContacts[Jan.Value] = $"no such contact {Jan.Value}";

        AssertNothingPersonal(Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null)).Reason);
    }

    [Fact]
    public async Task A_Twilio_error_within_a_successful_answer_is_transient()
    {
        Twilio.RefusedContacts[Jan.Value] = "INTERNAL_SERVER_ERROR";
        AssertNothingPersonal(Assert.IsType<VendorOutcome.Transient>(await PushAsync(StopSet.Everything, null)).Reason);

        Twilio.RefusedContacts.Clear();
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));
    }

    [Fact]
    public async Task A_sender_of_another_account_is_named_by_its_setting_and_the_others_are_still_updated()
    {
        await ConnectAsync(KeyValuePair.Create("OptOut:Twilio:Senders:1", (string?)"+32460000009"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        Assert.Contains("OptOut:Twilio:Senders:1 (30646: INVALID_SENDER_ID)", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Senders:0", rejected.Reason, StringComparison.Ordinal);
        Assert.True(Twilio.IsBlocked(Jan.Value, TwilioSandbox.Service));
    }

    [Fact]
    public async Task An_API_key_is_used_if_there_is_one_and_named_if_it_is_refused()
    {
        await ConnectAsync(
            new("OptOut:Twilio:ApiKeySid", "SK00000000000000000000000000000000"), new("OptOut:Twilio:ApiKeySecret", "not-the-secret"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        Assert.Contains("OptOut:Twilio:ApiKeySecret", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_senders_than_one_call_accepts_are_updated_in_several_calls()
    {
        await ConnectAsync(
            [.. Enumerable.Range(2, 25).Select(i => KeyValuePair.Create($"OptOut:Twilio:Senders:{i}", (string?)$"+324600001{i:D2}"))]);

        // The sandbox's account has two senders and refuses the others. The two are still updated.
        Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        Assert.Equal(2, Twilio.Blocks.Count);
        Assert.Equal(2, Twilio.Requests.All.Count);
    }

    [Fact]
    public async Task Twilio_offers_no_lists_and_pulling_one_is_an_error()
    {
        Assert.Empty(Vendor.Lists);
        Assert.Empty(Vendor.Pulls);
        Assert.Empty(Vendor.ListsFor(StopSet.Everything));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => Vendor.PullAsync("opt-outs", TimeProvider.System.GetUtcNow(), null, Cancel));
    }

    [Fact]
    public async Task An_email_address_is_rejected_without_a_call()
    {
        Assert.True(EmailAddress.TryParse("jan@example.com", out var mail));

        Assert.IsType<VendorOutcome.Rejected>(await Vendor.PushAsync(new VendorPush(mail, StopSet.Everything, null), Cancel));
        Assert.Empty(Twilio.Requests.All);
    }

    private Task<VendorOutcome> PushAsync(StopSet stops, StopSet? confirmed) =>
        Vendor.PushAsync(new VendorPush(Jan, stops, confirmed), Cancel);

    private void AssertNothingPersonal(string reason)
    {
        Assert.DoesNotContain("470300001", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_logs.Lines, l => l.Contains("470300001", StringComparison.Ordinal));
    }

    private async Task ConnectAsync(params KeyValuePair<string, string?>[] settings)
    {
        if (_services is not null)
            await _services.DisposeAsync();
        var all = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            _sandbox!,
            ["twilio"]);
        foreach (var (name, value) in settings)
            all[name] = value;
        _services = new ServiceCollection()
            .AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs))
            .AddOptOut(new ConfigurationBuilder().AddInMemoryCollection(all).Build())
            .BuildServiceProvider();
    }
}
