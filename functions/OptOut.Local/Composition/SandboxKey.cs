using System.Text.Json;

namespace OptOut.Local.Composition;

/// <summary>Asks the sandbox for a key its SendGrid signs with, as an operator copies it from SendGrid's settings page.</summary>
internal static class SandboxKey
{
    /// <param name="name"><c>event-key</c> or <c>inbound-key</c>.</param>
    /// <returns>Null when the sandbox does not answer: then nothing it signs is believed until the functions are started again.</returns>
    public static async Task<string?> FetchAsync(Uri sandbox, string name, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(sandbox, $"/sandbox/sendgrid/{name}"), cancellationToken));
            return answer.RootElement.GetProperty("publicKey").GetString();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
