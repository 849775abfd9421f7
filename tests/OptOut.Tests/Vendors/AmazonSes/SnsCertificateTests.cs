using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OptOut.Vendors.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

/// <summary>A certificate is trusted if it was issued to SNS, by an authority that is trusted, and is valid now.</summary>
public sealed class SnsCertificateTests : IDisposable
{
    private const string Host = "sns.eu-west-1.amazonaws.com";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _root = Authority("CN=Root"), _intermediate, _otherRoot = Authority("CN=Another root");
    private readonly List<X509Certificate2> _issued = [];

    public SnsCertificateTests() => _intermediate = Authority("CN=Intermediate", _root);

    [Theory]
    [InlineData("sns.amazonaws.com")]
    [InlineData(Host)]
    public void A_certificate_issued_to_SNS_is_trusted(string name)
    {
        Assert.Null(Problem(Issue(name, _root)));
        Assert.Null(Problem(Issue(name, _intermediate), _intermediate));
    }

    [Theory]
    [InlineData("s3.amazonaws.com")]
    [InlineData("sns.amazonaws.com.example.com")]
    [InlineData("sns.us-east-1.amazonaws.com")]
    [InlineData("sns.amazonaws.com.cn")]
    [InlineData("*.amazonaws.com")]
    public void A_certificate_issued_to_another_name_is_not(string name) =>
        Assert.Equal("it is not issued to SNS", Problem(Issue(name, _root)));

    [Fact]
    public void In_China_SNS_has_a_domain_of_its_own() =>
        Assert.Null(SnsCertificate.ProblemOf([Issue("sns.amazonaws.com.cn", _root)], "sns.cn-north-1.amazonaws.com.cn", Now, [_root]));

    [Fact]
    public void A_certificate_of_an_authority_that_is_not_trusted_is_not_trusted_even_if_it_comes_along() =>
        Assert.Contains("UntrustedRoot", Problem(Issue("sns.amazonaws.com", _otherRoot), _otherRoot), StringComparison.Ordinal);

    [Fact]
    public void A_certificate_that_signed_itself_is_not_trusted()
    {
        using var own = Authority("CN=sns.amazonaws.com");

        Assert.Contains("UntrustedRoot", Problem(own), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_issued_by_one_that_is_not_an_authority_is_not_trusted()
    {
        var leaf = Issue("somebody.example.com", _root);

        Assert.NotNull(Problem(Issue("sns.amazonaws.com", leaf), leaf));
    }

    [Fact]
    public void Without_its_intermediate_certificate_nothing_is_decided_yet() =>
        Assert.Throws<HttpRequestException>(() => Problem(Issue("sns.amazonaws.com", _intermediate)));

    [Theory]
    [InlineData(-31)]
    [InlineData(31)]
    public void Outside_its_period_a_certificate_is_neither_trusted_nor_in_force(int days)
    {
        var certificate = Issue("sns.amazonaws.com", _root);

        Assert.Contains(
            "NotTimeValid", SnsCertificate.ProblemOf([certificate], Host, Now.AddDays(days), [_root]), StringComparison.Ordinal);
        Assert.False(SnsCertificate.IsInForce(certificate, Now.AddDays(days)));
        Assert.True(SnsCertificate.IsInForce(certificate, Now));
    }

    public void Dispose()
    {
        foreach (var certificate in (X509Certificate2[])[_root, _intermediate, _otherRoot, .. _issued])
            certificate.Dispose();
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256); // A key of RSA takes a second to make, and is not what is tested.
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        if (issuer is null)
            return request.CreateSelfSigned(Now.AddDays(-60), Now.AddDays(60));
        using var signed = request.Create(issuer, Now.AddDays(-60), Now.AddDays(60), [2]);
        return signed.CopyWithPrivateKey(key);
    }

    private string? Problem(params X509Certificate2[] chain) => SnsCertificate.ProblemOf([.. chain], Host, Now, [_root]);

    private X509Certificate2 Issue(string name, X509Certificate2 issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity());
        using var signed = request.Create(
            issuer.SubjectName,
            X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!),
            Now.AddDays(-30),
            Now.AddDays(30),
            [1]);
        _issued.Add(signed.CopyWithPrivateKey(key));
        return _issued[^1];
    }
}
