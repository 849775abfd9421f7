using System.Text;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Vendors;
using OptOut.Vendors.Twilio;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary><c>/webhooks/twilio/status</c>: the delivery status of text messages.</summary>
public sealed class TwilioStatusTests(TwilioHost fixture) : IClassFixture<TwilioHost>
{
    private static readonly DateTimeOffset Now = new(2026, 3, 9, 14, 5, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TwilioSandbox Twilio => fixture.Host.Sandbox.Find<TwilioSandbox>();

    [Fact]
    public void A_message_refused_because_the_person_stopped_at_Twilio_is_drift()
    {
        var drift = Assert.Single(Read("failed", "21610").Drifts);

        Assert.Equal(
            ("SM00000000000000000000000000000001", "+32470400001", Channel.Sms, Now),
            (drift.EventKey, drift.Identifier.Value, drift.Channel, drift.At));
    }

    [Fact]
    public void A_number_that_does_not_exist_is_a_bounce()
    {
        var bounce = Assert.Single(Read("undelivered", "30005").Bounces);

        Assert.Equal(("+32470400001", Now), (bounce.Identifier.Value, bounce.At));
    }

    [Theory]
    [InlineData("undelivered", "30003")] // Switched off.
    [InlineData("undelivered", "30006")] // A landline: it can be called.
    [InlineData("undelivered", "30007")] // Filtered.
    [InlineData("failed", "21612")]
    public void A_message_that_was_not_delivered_this_time_is_counted(string status, string error) =>
        Assert.Equal(new Counts(Undelivered: 1), Count(Read(status, error)));

    [Theory]
    [InlineData("delivered", "")]
    [InlineData("sent", "")]
    [InlineData("delivered", "21610")]
    [InlineData("failed", "")]
    [InlineData("failed", "-21610")]
    [InlineData("failed", "2161O")]
    [InlineData("", "21610")]
    public void Any_other_status_is_ignored(string status, string error) =>
        Assert.Equal(new Counts(Ignored: 1), Count(Read(status, error)));

    [Theory]
    [InlineData("rcs:+32470400001", "+32470400001")]
    [InlineData("RCS:+32470400001", "+32470400001")]
    [InlineData("later:+18612345678", "+18612345678")]
    [InlineData("+3277123456789", "+3277123456789")]
    public void A_refusal_on_any_channel_with_a_number_is_drift_of_that_number(string to, string number)
    {
        var drift = Assert.Single(Read("failed", "21610", to).Drifts);

        Assert.Equal((number, Channel.Sms), (drift.Identifier.Value, drift.Channel));
    }

    [Theory]
    [InlineData("messenger:1234567", "21610")]
    [InlineData("messenger:1234567", "30005")]
    public void A_refusal_for_a_recipient_that_has_no_number_is_shown_to_somebody(string to, string error) =>
        Assert.Equal(new Counts(Unreadable: 1), Count(Read("failed", error, to)));

    [Fact]
    public void A_number_that_another_channel_does_not_know_can_still_be_called() =>
        Assert.Equal(new Counts(Undelivered: 1), Count(Read("undelivered", "30005", "rcs:+32470400001")));

    [Theory]
    [InlineData("whatsapp:+32470400001")]
    [InlineData("")]
    [InlineData("KRUIDTUIN")]
    public void A_recipient_that_is_not_a_phone_number_is_ignored(string to) =>
        Assert.Equal(new Counts(Ignored: 1), Count(Read("failed", "21610", to)));

    [Fact]
    public async Task A_message_to_a_person_who_stopped_at_Twilio_fails_and_its_status_is_accepted()
    {
        await fixture.Host.PutSubjectAsync("status-1", phone: ["+32470400002"]);
        Twilio.StopByKeyword("+32470400002");

        Assert.Equal(200, await Twilio.SendAsync("+32470400002", "Nu 20 % korting", cancellationToken: Cancel));
        Assert.Equal(200, await Twilio.SendAsync("+32470400003", "Nu 20 % korting", cancellationToken: Cancel));

        Assert.Equal([21610, null], Twilio.Messages.Where(m => m.Body == "Nu 20 % korting").Select(m => m.Error));
        Assert.DoesNotContain(fixture.Host.Logs.Lines, l => l.Contains("470400002", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_Twilio_did_not_sign_changes_nothing()
    {
        KeyValuePair<string, string>[] form =
        [
            new("MessageSid", "SM00000000000000000000000000000001"),
            new("MessageStatus", "failed"),
            new("ErrorCode", "21610"),
            new("To", "+32470400004"),
        ];
        var before = await fixture.Host.EverythingAsync();

        Assert.Equal(401, await PostAsync(form, null));
        Assert.Equal(401, await PostAsync(form, TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms", form)));
        Assert.Equal(
            401,
            await PostAsync([.. form, new("More", "1")], TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/status", form)));
        Assert.Equal(
            413,
            await PostAsync(
                [new("Body", new string('a', 10 * 1024 * 1024))],
                TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/status", form)));

        Assert.Equal(before, await fixture.Host.EverythingAsync());
    }

    private async Task<int> PostAsync(KeyValuePair<string, string>[] form, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/twilio/status")
        {
            Content = OptOutHost.Form(string.Join('&', form.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"))),
        };
        if (signature is not null)
            request.Headers.Add("X-Twilio-Signature", signature);
        return (await fixture.Host.SendAsync(request)).Status;
    }

    private static VendorSignals Read(string status, string error, string to = "+32470400001") => TwilioStatusWebhook.Read(
        new TwilioRequest(TwilioRequest.Form(Encoding.UTF8.GetBytes(
            $"MessageSid=SM00000000000000000000000000000001&MessageStatus={status}&ErrorCode={error}"
                + $"&To={Uri.EscapeDataString(to)}&From=%2B32460000001"))),
        Now);

    private static Counts Count(VendorSignals s) =>
        new(s.Signals.Count, s.Drifts.Count, s.Bounces.Count, s.Undelivered, s.Ignored, s.Unreadable);

    private sealed record Counts(
        int Signals = 0, int Drifts = 0, int Bounces = 0, int Undelivered = 0, int Ignored = 0, int Unreadable = 0);
}
