using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// The calls to Postmark's Suppressions API, one set per message stream (https://postmarkapp.com/developer/api/suppressions-api). A 200
/// may contain a refusal of the one address that was sent.
/// </summary>
internal sealed class PostmarkApi(VendorHttp http, IOptions<PostmarkOptions> options)
{
    private readonly PostmarkOptions _options = options.Value;

    /// <summary>Creates a suppression: <c>ManualSuppression</c>, by <c>Customer</c>.</summary>
    /// <returns>Whether the address was accepted, or why this is not known.</returns>
    public Task<(bool Accepted, VendorOutcome? Failure)> SuppressAsync(
        string stream, Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync($"message-streams/{stream}/suppressions", who, "Suppressed", cancellationToken);

    /// <summary>Deletes a suppression. Deleting one that does not exist succeeds; a spam complaint is never deleted.</summary>
    /// <returns>Whether the address was accepted, or why this is not known.</returns>
    public Task<(bool Accepted, VendorOutcome? Failure)> ReactivateAsync(
        string stream, Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync($"message-streams/{stream}/suppressions/delete", who, "Deleted", cancellationToken);

    /// <summary>Whether the address is suppressed, whatever the reason.</summary>
    public async Task<(bool Suppressed, VendorOutcome? Failure)> IsSuppressedAsync(
        string stream, Identifier who, CancellationToken cancellationToken)
    {
        // The only call with an address in its URL: VendorHttp keeps URLs out of logs and traces.
        var path = $"message-streams/{stream}/suppressions/dump";
        var request = Request(HttpMethod.Get, $"{path}?EmailAddress={Uri.EscapeDataString(who.Value)}");
        var (items, failure) = await CallAsync($"GET {path}?EmailAddress={{email}}", request, _options.Timeout, who, cancellationToken);
        return (items?.Any(i => i.TryEmail("EmailAddress", out var found) && found == who) == true, failure);
    }

    /// <summary>The stream's complete list: Postmark does not page it.</summary>
    public async Task<(IReadOnlyList<JsonElement>? Items, VendorOutcome? Failure)> DumpAsync(
        string stream, CancellationToken cancellationToken)
    {
        var path = $"message-streams/{stream}/suppressions/dump";
        return await CallAsync($"GET {path}", Request(HttpMethod.Get, path), _options.PullTimeout, null, cancellationToken);
    }

    private async Task<(bool Accepted, VendorOutcome? Failure)> ChangeAsync(
        string path, Identifier who, string success, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Post, path);
        request.Content = JsonContent.Create(
            new PostmarkSuppressions([new PostmarkSuppression(who.Value)]), PostmarkJson.Default.PostmarkSuppressions);
        var (items, failure) = await CallAsync($"POST {path}", request, _options.Timeout, who, cancellationToken);
        if (failure is not null)
            return (false, failure);
        return items is [var item] && item.Text("Status") is { } status && (status == success || status == "Failed")
            ? (status == success, null)
            : (false, Unreadable($"POST {path}"));
    }

    private async Task<(IReadOnlyList<JsonElement>? Items, VendorOutcome? Failure)> CallAsync(
        string operation, HttpRequestMessage request, TimeSpan timeout, Identifier? who, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(
            new VendorCall("Postmark", operation, request)
            {
                Timeout = timeout,
                ExpectsJson = true,
                SensitiveValues = [_options.ServerToken, .. who is { } person ? VendorReason.FormsOf(person) : []],
                CredentialSetting = "OptOut:Postmark:ServerToken",
                ErrorText = body => VendorField.Parse(body)?.Text("Message") ?? "",
            },
            cancellationToken);
        return reply.Failure is not null ? (null, reply.Failure)
            : reply.Json?.Items("Suppressions") is { } items ? (items, null)
            : (null, Unreadable(operation));
    }

    private HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri(_options.BaseAddress, path))
    {
        Headers = { { "Accept", "application/json" }, { "X-Postmark-Server-Token", _options.ServerToken } },
    };

    private static VendorOutcome.Transient Unreadable(string operation) =>
        new(null, $"Postmark's answer to {operation} could not be read.");
}

internal sealed record PostmarkSuppressions(IReadOnlyList<PostmarkSuppression> Suppressions);

internal sealed record PostmarkSuppression(string EmailAddress);

[JsonSerializable(typeof(PostmarkSuppressions))]
internal sealed partial class PostmarkJson : JsonSerializerContext;
