using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>The answer to a webhook. For a status above 499, the real service tries the fallback address once.</summary>
internal sealed record TwilioAnswer(int Status, string Twiml);

/// <summary>Signs and calls the webhooks.</summary>
internal sealed class TwilioWebhooks(SandboxSetup setup) : IDisposable
{
    private readonly HttpClient _http = new();

    public static string NewSid() => "SM" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public Task<TwilioAnswer> SmsAsync(string from, string to, string body, string? optOutType, CancellationToken cancellationToken)
    {
        var sid = NewSid();
        List<KeyValuePair<string, string>> form =
        [
            new("ToCountry", "BE"),
            new("SmsMessageSid", sid),
            new("NumMedia", "0"),
            new("SmsSid", sid),
            new("SmsStatus", "received"),
            new("Body", body),
            new("FromCountry", "BE"),
            new("To", to),
            new("MessagingServiceSid", TwilioSandbox.Service),
            new("NumSegments", "1"),
            new("MessageSid", sid),
            new("AccountSid", TwilioSandbox.AccountSid),
            new("From", from),
            new("ApiVersion", "2010-04-01"),
        ];
        if (optOutType is not null)
            form.Add(new("OptOutType", optOutType));
        return PostAsync("twilio/sms", form, cancellationToken);
    }

    public async Task<int?> StatusAsync(TwilioMessage message, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("SmsSid", message.Sid),
            new("SmsStatus", message.Error is null ? "delivered" : "failed"),
            new("MessageStatus", message.Error is null ? "delivered" : "failed"),
            new("To", message.To),
            new("MessagingServiceSid", TwilioSandbox.Service),
            new("MessageSid", message.Sid),
            new("AccountSid", TwilioSandbox.AccountSid),
            new("From", message.From),
            new("ApiVersion", "2010-04-01"),
        ];
        if (message.Error is { } error)
            form.Add(new("ErrorCode", error.ToString(CultureInfo.InvariantCulture)));
        return setup.Functions is null ? null : (await PostAsync("twilio/status", form, cancellationToken)).Status;
    }

    /// <summary>Posts a form as Twilio does.</summary>
    public async Task<TwilioAnswer> PostAsync(
        string path, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        if (setup.Webhook(path) is not { } target)
            return new TwilioAnswer(0, "");
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("X-Twilio-Signature", Sign($"{TwilioSandbox.PublicUrl}/webhooks/{path}", form));
        using var response = await _http.SendAsync(request, cancellationToken);
        return new TwilioAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>https://www.twilio.com/docs/usage/security#validating-requests</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with HMAC-SHA1.")]
    public static string Sign(string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in form.OrderBy(f => f.Key, StringComparer.Ordinal))
            text.Append(name).Append(value);
        return Convert.ToBase64String(
            HMACSHA1.HashData(Encoding.UTF8.GetBytes(TwilioSandbox.AuthToken), Encoding.UTF8.GetBytes(text.ToString())));
    }

    public void Dispose() => _http.Dispose();
}
