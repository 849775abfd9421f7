using System.Security.Cryptography.X509Certificates;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// Whether a certificate is one that SNS signs with. It was fetched from a host of SNS; this does not rely on that alone.
/// </summary>
internal static class SnsCertificate
{
    private static readonly TimeSpan MaxDownload = TimeSpan.FromSeconds(10);

    /// <param name="chain">The certificate, followed by those that its issuer sent along, if any.</param>
    /// <param name="host">The host it was fetched from.</param>
    /// <param name="now">The moment at which it must be valid.</param>
    /// <param name="roots">The trusted roots; null for those of the operating system.</param>
    /// <returns>Why it is not to be trusted; null if it is.</returns>
    /// <exception cref="HttpRequestException">
    /// An intermediate certificate is missing and could not be downloaded, so this cannot be decided at the moment.
    /// </exception>
    public static string? ProblemOf(
        X509Certificate2Collection chain, string host, DateTimeOffset now, X509Certificate2Collection? roots = null)
    {
        // Amazon names SNS as a whole, in China with its own domain, or the region's host.
        string[] names = host.EndsWith(".cn", StringComparison.Ordinal)
            ? ["sns.amazonaws.com", "sns.amazonaws.com.cn", host]
            : ["sns.amazonaws.com", host];
        if (!Array.Exists(names, name => chain[0].MatchesHostname(name, allowWildcards: false)))
            return "it is not issued to SNS";

        using var verified = new X509Chain();
        verified.ChainPolicy.VerificationTime = now.UtcDateTime;
        verified.ChainPolicy.UrlRetrievalTimeout = MaxDownload;
        verified.ChainPolicy.ExtraStore.AddRange(chain);
        // Asking the issuer for each certificate would make its availability ours. Amazon replaces these certificates every year.
        verified.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (roots is not null)
        {
            verified.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            verified.ChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (verified.Build(chain[0]))
            return null;
        var status = verified.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        return status == X509ChainStatusFlags.PartialChain && verified.ChainElements.Count == chain.Count
            ? throw new HttpRequestException("The chain of SNS's certificate is incomplete.")
            : $"{status}";
    }

    /// <summary>Whether a certificate that was trusted once is still valid.</summary>
    public static bool IsInForce(X509Certificate2 certificate, DateTimeOffset now) =>
        now.UtcDateTime >= certificate.NotBefore.ToUniversalTime() && now.UtcDateTime <= certificate.NotAfter.ToUniversalTime();
}
