using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// Checks whether a webhook comes from Postmark. Postmark signs nothing; it sends the Basic authentication or the headers that were
/// configured with the webhook (https://postmarkapp.com/developer/api/webhooks-api), so anyone who knows those is accepted.
/// </summary>
internal sealed class PostmarkWebhookAuthenticator(IOptions<PostmarkOptions> options)
{
    public const string TokenHeader = "X-OptOut-Token";

    // Hashes, so that the compared values always have the same length.
    private readonly byte[][] _credentials = [.. options.Value.WebhookCredentials.Select(
        c => Hash($"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{c.User}:{c.Password}"))}"))];
    private readonly byte[][] _tokens = [.. options.Value.WebhookTokens.Select(Hash)];

    public bool IsAuthentic(HttpRequest request) =>
        IsOneOf(_credentials, request.Headers.Authorization) | IsOneOf(_tokens, request.Headers[TokenHeader]);

    private static bool IsOneOf(byte[][] known, string? given)
    {
        var hash = Hash(given ?? "");
        var found = false;
        foreach (var one in known)
            found |= CryptographicOperations.FixedTimeEquals(one, hash);
        return found;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
