using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Local.DemoPage;

/// <summary>
/// Performs what a person, or an operator with the account's key, does at the vendors of the sandbox. Uses HTTP, because the sandbox may
/// be another process.
/// </summary>
internal sealed class SandboxClient(Uri sandbox) : IDisposable
{
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = sandbox, Timeout = TimeSpan.FromSeconds(10) };

    /// <returns>The state of every vendor; null if the sandbox does not answer.</returns>
    public async Task<JsonObject?> StateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetFromJsonAsync<JsonObject>("/sandbox/state", cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>The person clicks the unsubscribe link that SendGrid itself adds to mails of a group.</summary>
    /// <param name="sendEvent">Whether SendGrid's signed event gets through.</param>
    /// <returns>The status with which the receiver answered the event; null if none was sent.</returns>
    /// <exception cref="HttpRequestException">The sandbox does not answer.</exception>
    public async Task<int?> UnsubscribeAsync(string email, int group, bool sendEvent, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(
            "/sandbox/sendgrid/unsubscribe", new { email, kind = "group_unsubscribe", group, @event = sendEvent }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))?["eventStatus"]?.GetValue<int>();
    }

    /// <summary>An operator removes the address from every SendGrid list that contains it.</summary>
    /// <returns>The number of lists it was removed from.</returns>
    /// <exception cref="HttpRequestException">The sandbox does not answer.</exception>
    public async Task<int> RemoveAsync(string email, CancellationToken cancellationToken)
    {
        var account = (await _http.GetFromJsonAsync<JsonObject>("/sandbox/state", cancellationToken))?["sendgrid"];
        var groups = VendorLists.Entries(account?["groupEntries"])
            .Where(entry => VendorLists.IsAbout(entry, [email]))
            .Select(entry => entry["group"]!.GetValue<int>());
        string[] lists =
        [
            "asm/suppressions/global",
            .. groups.Select(group => string.Create(CultureInfo.InvariantCulture, $"asm/groups/{group}/suppressions")),
        ];
        var removed = 0;
        foreach (var list in lists)
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"/v3/{list}/{Uri.EscapeDataString(email)}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SendGridSandbox.ApiKey);
            using var answer = await _http.SendAsync(request, cancellationToken);
            removed += answer.IsSuccessStatusCode ? 1 : 0;
        }

        return removed;
    }

    public void Dispose() => _http.Dispose();
}
