using System.Text;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Twilio;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary>
/// Names and values are signed one after the other, so the signature of a captured request fits wherever a parameter ends and the next
/// begins. However it is divided, it remains the same message.
/// </summary>
public sealed class TwilioReplayTests(TwilioHost fixture) : IClassFixture<TwilioHost>
{
    private const string Sid = "SM0123456789abcdef0123456789abcdef", Url = $"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Where MessageSid and its value go: as signed, MessageSid stands between From and To.
    [Theory]
    [InlineData("+32470200060", "MessageSidS|M0123456789abcdef0123456789abcdef")]
    [InlineData("+32470200061", "MessageS|idSM0123456789abcdef0123456789abcdef")]
    [InlineData("+32470200062", "MessageSidSM0123456789abcdef0123456789abcdef|")]
    public async Task A_captured_STOP_whose_id_is_hidden_in_another_parameter_is_recorded_once(string from, string divided)
    {
        var host = fixture.Host;
        var subject = await host.PutSubjectAsync($"replay-{from[^2..]}", phone: [from]);
        string[] before = ["Body|STOP", $"From|{from}"], after = [$"To|{TwilioSandbox.Number}"];
        KeyValuePair<string, string>[] captured = Form([.. before, $"MessageSid|{Sid}", .. after]);
        KeyValuePair<string, string>[] replayed = Form([.. before, divided, .. after]);
        var signature = TwilioWebhooks.Sign(Url, captured);

        Assert.Equal(200, await PostAsync(captured, signature));
        await host.LedgerAsync(subject, 1);
        var now = TimeProvider.System.GetUtcNow().AddSeconds(2);
        await host.Consent.ApplyAsync(
            Change.Create(EventIds.New(now), subject, Scope.Everything, Decision.Allow, now, now, Source.PreferencePage, seen: 1), Cancel);

        Assert.Equal(200, await PostAsync(replayed, signature));
        await host.QuietAsync();

        Assert.Equal([Decision.Stop, Decision.Allow], (await host.LedgerAsync(subject, 2)).Select(e => e.Change.Decision));
    }

    private static KeyValuePair<string, string>[] Form(string[] parameters) =>
        [.. parameters.Select(p => p.Split('|')).Select(p => KeyValuePair.Create(p[0], p[1]))];

    private async Task<int> PostAsync(KeyValuePair<string, string>[] form, string signature)
    {
        using var content = new FormUrlEncodedContent(form);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/twilio/sms")
        {
            Content = new ByteArrayContent(Encoding.ASCII.GetBytes(await content.ReadAsStringAsync(Cancel))),
        };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TryAddWithoutValidation("X-Twilio-Signature", signature);
        return (await fixture.Host.SendAsync(request)).Status;
    }
}
