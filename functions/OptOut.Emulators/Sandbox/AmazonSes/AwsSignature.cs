using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <summary>
/// Verifies AWS Signature Version 4. Written independently of the product's signer, so that an error in one of them makes verification
/// fail.
/// </summary>
internal static class AwsSignature
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <returns>Null if the request is correctly signed with the key; otherwise the error message of AWS.</returns>
    public static string? Problem(
        HttpRequest request, string rawTarget, byte[] body, string keyId, string secret, string region, DateTimeOffset now)
    {
        var parts = request.Headers.Authorization.ToString().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["AWS4-HMAC-SHA256", var credential, var signedHeaders, var signature])
            return "Missing Authentication Token";
        if (credential.Split('/', '=') is not ["Credential", var id, var day, var inRegion, "ses", "aws4_request"]
            || id != keyId
            || inRegion != region)
        {
            return "The security token included in the request is invalid.";
        }

        var stamp = request.Headers["X-Amz-Date"].ToString();
        if (!DateTimeOffset.TryParseExact(
            stamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            || !stamp.StartsWith(day, StringComparison.Ordinal) || (now - at).Duration() > Skew)
            return $"Signature expired: {stamp} is now earlier than {now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}";

        var names = signedHeaders["SignedHeaders=".Length..].Split(';');
        if (!names.Contains("host") || !names.Contains("x-amz-date"))
            return "'Host' and 'X-Amz-Date' must be signed.";
        var target = rawTarget.Split('?', 2);
        IEnumerable<string> query = target.Length == 1
            ? []
            : target[1].Split('&').Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=").Order(StringComparer.Ordinal);
        var canonical = new StringBuilder()
            .Append(request.Method).Append('\n')
            .AppendJoin('/', target[0].Split('/').Select(Uri.EscapeDataString)).Append('\n')
            .AppendJoin('&', query).Append('\n');
        foreach (var name in names)
            canonical.Append(name).Append(':').Append(request.Headers[name].ToString().Trim()).Append('\n');
        canonical.Append('\n').AppendJoin(';', names).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));

        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in (string[])[day, region, "ses", "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var toSign = $"AWS4-HMAC-SHA256\n{stamp}\n{day}/{region}/ses/aws4_request\n"
            + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        return signature == "Signature=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)))
            ? null
            : "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method.";
    }
}
