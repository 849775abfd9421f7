using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// Checks whether a message comes from SNS, with the certificate that the message itself names. So the certificate is fetched only for one
/// of our topics, over TLS, from the host of SNS in that topic's region, and must be issued to SNS
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html).
/// </summary>
internal sealed partial class SnsAuthenticator(
    VendorHttp http, IOptions<AmazonSesOptions> options, TimeProvider time, ILogger<SnsAuthenticator> logger)
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
            || !IsSnsUrl(url, message.TopicArn)
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
        return SnsCertificate.IsInForce(certificate, time.GetUtcNow())
            && key?.VerifyData(message.Signed, message.Signature, algorithm, RSASignaturePadding.Pkcs1) == true;
    }

    /// <summary>Confirms a subscription of one of our topics to our endpoint. The message must already be authenticated.</summary>
    /// <returns>Whether the message was such a subscription.</returns>
    /// <exception cref="HttpRequestException">SNS is unavailable at the moment.</exception>
    public async Task<bool> ConfirmAsync(SnsMessage message, CancellationToken cancellationToken)
    {
        // Although the message is signed, its address is checked like that of the certificate: nobody can make us call another host.
        if (!Uri.TryCreate(message.SubscribeUrl, UriKind.Absolute, out var url) || !IsSnsUrl(url, message.TopicArn)
            || QueryHelpers.ParseQuery(url.Query) is not { } query
            || query["Action"] != "ConfirmSubscription"
            || query["TopicArn"] != message.TopicArn)
            return false;
        await GetAsync("GET SubscribeURL", url, cancellationToken);
        return true;
    }

    private bool IsSnsUrl(Uri url, string topic) => _options.SnsSandbox is { } sandbox
        ? url.AbsoluteUri.StartsWith(sandbox.AbsoluteUri, StringComparison.Ordinal)
        : url.Scheme == Uri.UriSchemeHttps && url.IsDefaultPort && url.UserInfo.Length == 0 && url.IdnHost == HostOf(topic);

    // A topic lives in one region, which its ARN names. A pattern for "any region" would also match hosts such as sns.s3-us-west-2, where
    // anybody may store a file (https://docs.aws.amazon.com/general/latest/gr/sns.html).
    internal static string? HostOf(string topic) => topic.Split(':') switch
    {
        ["arn", "aws-cn", "sns", var region, ..] => $"sns.{region}.amazonaws.com.cn",
        ["arn", _, "sns", var region, ..] => $"sns.{region}.amazonaws.com",
        _ => null,
    };

    private async Task<X509Certificate2?> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        if (await GetAsync("GET SigningCertURL", url, cancellationToken) is not { } pem)
            return null;
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new HttpRequestException("SNS did not return a valid certificate.", e);
        }

        if (chain is not [var certificate, ..])
            throw new HttpRequestException("SNS did not return a valid certificate.");

        // Whatever answers at the sandbox's address is trusted; it has no certificate of Amazon's.
        if (_options.SnsSandbox is not null || SnsCertificate.ProblemOf(chain, url.IdnHost, time.GetUtcNow()) is not { } problem)
            return certificate;
        LogNotTrusted(problem);
        return null;
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

    [LoggerMessage(LogLevel.Error, "A message in the name of SNS is rejected, because its certificate cannot be trusted: {Problem}")]
    private partial void LogNotTrusted(string problem);
}
