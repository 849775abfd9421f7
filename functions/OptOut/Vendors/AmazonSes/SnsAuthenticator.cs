using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// Checks whether a message comes from SNS, with the certificate that the message itself names. So the certificate is fetched only from
/// Amazon's own hosts, over TLS, and only for one of our topics
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).
/// </summary>
internal sealed partial class SnsAuthenticator(VendorHttp http, IOptions<AmazonSesOptions> options)
{
    // Amazon has one certificate per region and changes it once a year; any more than these are made up by somebody.
    private const int MaxCertificates = 16;

    private readonly ConcurrentDictionary<string, X509Certificate2> _certificates = new(StringComparer.Ordinal);
    private readonly AmazonSesOptions _options = options.Value;

    /// <exception cref="HttpRequestException">
    /// The certificate is unavailable at the moment, so the message cannot be verified.
    /// </exception>
    public async Task<bool> IsAuthenticAsync(SnsMessage message, CancellationToken cancellationToken)
    {
        if (!_options.SnsTopics.Contains(message.TopicArn, StringComparer.Ordinal) || Algorithm(message.Version) is not { } algorithm
            || !Uri.TryCreate(message.CertificateUrl, UriKind.Absolute, out var url)
            || !IsAmazonUrl(url)
            || !url.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal)
            || url.Query.Length > 0)
            return false;
        if (!_certificates.TryGetValue(url.AbsoluteUri, out var certificate))
        {
            if (await FetchAsync(url, cancellationToken) is not { } fetched)
                return false;
            if (_certificates.Count >= MaxCertificates)
                _certificates.Clear();
            certificate = _certificates.GetOrAdd(url.AbsoluteUri, fetched);
        }

        using var key = certificate.GetRSAPublicKey();
        return key?.VerifyData(message.Signed, message.Signature, algorithm, RSASignaturePadding.Pkcs1) == true;
    }

    /// <summary>Confirms a subscription of one of our topics to our endpoint. The message must already be authenticated.</summary>
    /// <returns>Whether the message was such a subscription.</returns>
    /// <exception cref="HttpRequestException">SNS is unavailable at the moment.</exception>
    public async Task<bool> ConfirmAsync(SnsMessage message, CancellationToken cancellationToken)
    {
        // Although the message is signed, its address is checked like that of the certificate: nobody can make us call another host.
        if (!Uri.TryCreate(message.SubscribeUrl, UriKind.Absolute, out var url) || !IsAmazonUrl(url)
            || QueryHelpers.ParseQuery(url.Query) is not { } query
            || query["Action"] != "ConfirmSubscription"
            || query["TopicArn"] != message.TopicArn)
            return false;
        await GetAsync("GET SubscribeURL", url, cancellationToken);
        return true;
    }

    private bool IsAmazonUrl(Uri url) => _options.SnsSandbox is { } sandbox
        ? url.AbsoluteUri.StartsWith(sandbox.AbsoluteUri, StringComparison.Ordinal)
        : url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && url.UserInfo.Length == 0 && SnsHost().IsMatch(url.IdnHost);

    private async Task<X509Certificate2?> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        var pem = await GetAsync("GET SigningCertURL", url, cancellationToken);
        try
        {
            return pem is null ? null : X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new HttpRequestException("SNS did not return a valid certificate.", e);
        }
    }

    private async Task<byte[]?> GetAsync(string operation, Uri url, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(
            new VendorCall("Amazon SNS", operation, new HttpRequestMessage(HttpMethod.Get, url)) { Timeout = _options.Timeout },
            cancellationToken);
        return reply.Failure switch
        {
            null => reply.Body,
            VendorOutcome.Transient transient => throw new HttpRequestException(transient.Reason),
            _ => null,
        };
    }

    private static HashAlgorithmName? Algorithm(string version) => version switch
    {
        "1" => HashAlgorithmName.SHA1,
        "2" => HashAlgorithmName.SHA256,
        _ => null,
    };

    [GeneratedRegex(
        @"^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SnsHost();
}
