using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Local.Walkthrough;

/// <param name="To">The address.</param>
/// <param name="Dropped">Why SendGrid did not deliver it; null when it did.</param>
internal sealed record DeliveredMail(string To, string SubjectLine, string? Dropped);

/// <summary>De Kruidtuin's SendGrid account, read and changed from outside OptOut, as its own staff could do.</summary>
internal sealed class SendGridAccount(HttpClient http, Uri sandbox)
{
    /// <summary>The lists that contain an address: <c>global</c>, and the number of each unsubscribe group.</summary>
    public async Task<IReadOnlySet<string>> ListsContainingAsync(string email, CancellationToken cancellationToken)
    {
        var state = await StateAsync(cancellationToken);
        return new SortedSet<string>(
            [
                .. Of("global").Select(_ => "global"),
                .. Of("groupEntries").Select(e => e!["group"]!.ToString()),
            ],
            StringComparer.Ordinal);

        IEnumerable<JsonNode?> Of(string list) =>
            state[list]!.AsArray().Where(e => string.Equals(e!["email"]!.GetValue<string>(), email, StringComparison.OrdinalIgnoreCase));
    }

    public async Task<IReadOnlyList<DeliveredMail>> MailsAsync(CancellationToken cancellationToken) =>
        [.. (await StateAsync(cancellationToken))["mails"]!.AsArray().Select(
            m => new DeliveredMail(m!["to"]!.GetValue<string>(), m["subject"]!.GetValue<string>(), m["dropped"]?.GetValue<string>()))];

    /// <summary>A person unsubscribes through SendGrid's own footer, and the event gets lost.</summary>
    public async Task UnsubscribeWithoutEventAsync(string email, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(
            new Uri(sandbox, "/sandbox/sendgrid/unsubscribe"),
            new JsonObject { ["email"] = email, ["kind"] = "unsubscribe", ["event"] = false },
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Somebody at De Kruidtuin deletes an entry of the global list by hand.</summary>
    public async Task DeleteEntryAsync(string email, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Delete, new Uri(sandbox, $"/v3/asm/suppressions/global/{Uri.EscapeDataString(email)}"));
        request.Headers.Authorization = new("Bearer", SendGridSandbox.ApiKey);
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<JsonObject> StateAsync(CancellationToken cancellationToken) =>
        (await http.GetFromJsonAsync<JsonObject>(new Uri(sandbox, "/sandbox/state"), cancellationToken))!["sendgrid"]!.AsObject();
}
