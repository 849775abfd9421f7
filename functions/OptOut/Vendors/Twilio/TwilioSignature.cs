using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// Verifies the signature of Twilio's webhooks (https://www.twilio.com/docs/usage/security#validating-requests): HMAC-SHA1 under the
/// account's auth token, in base64. For a form, it covers the URL followed by every parameter, sorted by name, with name and value
/// concatenated; if a name appears twice, each of its values is included once, sorted (as in Twilio's own libraries). For JSON, it covers
/// only the URL, whose query contains the SHA-256 of the body as <c>bodySHA256</c>. The signature contains no time, so a request remains
/// valid for ever: a repeated request must be recorded only once.
/// </summary>
internal sealed class TwilioSignature(IEnumerable<string> authTokens)
{
    public const string Header = "X-Twilio-Signature";

    private const string BodyHash = "bodySHA256";

    // 20 bytes in base64.
    private const int Length = 28;

    private readonly byte[][] _tokens = [.. authTokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether the header is a well-formed signature, so that the body is worth reading.</summary>
    public static bool IsWellFormed(string? signature) => signature is { Length: Length } && Base64.IsValid(signature);

    /// <summary>Whether the request was signed with one of the tokens. Never throws, whatever the sender sends.</summary>
    /// <param name="signature">The signature header.</param>
    /// <param name="url">The address that Twilio called, exactly as configured there, with the query as received.</param>
    /// <param name="body">The bytes as received.</param>
    /// <param name="form">The parameters of a form; empty for JSON.</param>
    public bool Verify(string? signature, string url, ReadOnlySpan<byte> body, IReadOnlyList<KeyValuePair<string, string>> form)
    {
        Span<byte> given = stackalloc byte[SHA1.HashSizeInBytes];
        if (!IsWellFormed(signature) || !Convert.TryFromBase64String(signature!, given, out var length) || length != given.Length)
            return false;
        var hash = Query(url, BodyHash);
        if (hash is not null && !IsHashOf(hash, body))
            return false;

        var fields = hash is not null ? "" : Text(form);
        var valid = false; // All are checked, even after one matches.
        foreach (var address in WithAndWithoutPort(url))
        {
            foreach (var token in _tokens)
                valid |= IsSignedBy(token, address + fields, given);
        }

        return valid;
    }

    /// <summary>What is signed of a form's parameters.</summary>
    public static string Text(IEnumerable<KeyValuePair<string, string>> form) => string.Concat(
        form.Distinct()
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .ThenBy(p => p.Value, StringComparer.Ordinal)
            .Select(p => p.Key + p.Value));

    // Whether Twilio includes the port has changed more than once, so its own libraries accept both:
    // https://www.twilio.com/docs/usage/security#notes
    private static IEnumerable<string> WithAndWithoutPort(string url)
    {
        yield return url;
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3)
            yield break;
        var end = url.AsSpan(start).IndexOfAny('/', '?') is var i and >= 0 ? start + i : url.Length;
        var (scheme, host, rest) = (url[..start], url[start..end], url[end..]);
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !host.EndsWith(']'))
            yield return scheme + host[..colon] + rest;
        else
            yield return $"{scheme}{host}:{(scheme.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? "443" : "80")}{rest}";
    }

    private static string? Query(string url, string name) => url.Split('?', 2) is [_, var query]
        ? query.Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2 && p[0] == name).Select(p => p[1]).FirstOrDefault()
        : null;

    private static bool IsHashOf(string hex, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)), Encoding.UTF8.GetBytes(hex.ToLowerInvariant()));
    }

    private static bool IsSignedBy(byte[] token, string text, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Hmac(token, text), signature);

    // SHA-1 is Twilio's choice. As part of an HMAC it is still secure (https://www.twilio.com/docs/usage/security#a-note-on-hmac-sha1).
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with SHA-1.")]
    private static byte[] Hmac(byte[] key, string text) => HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(text));
}
