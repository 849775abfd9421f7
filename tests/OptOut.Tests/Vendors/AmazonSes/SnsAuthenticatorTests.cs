using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Vendors.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

/// <summary>
/// Without a sandbox only Amazon's own hosts over TLS are trusted, and no host that merely looks like one. None of these URLs is called.
/// </summary>
public sealed class SnsAuthenticatorTests
{
    [Theory]
    [InlineData("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com.example.com/SimpleNotificationService-x.pem")]
    [InlineData("https://example.com/sns.eu-west-1.amazonaws.com/x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com@example.com/x.pem")]
    [InlineData("https://user@sns.eu-west-1.amazonaws.com/x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com:8443/x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/x.txt")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?x=.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/x.pem?y=z")]
    [InlineData("https://snsxeu-west-1.amazonaws.com/x.pem")]
    [InlineData("https://s3.amazonaws.com/bucket/x.pem")]
    [InlineData("https://sns.a.b.amazonaws.com/x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.org/x.pem")]
    [InlineData("https://sns.s3-us-west-2.amazonaws.com/x.pem")]
    [InlineData("https://sns.s3-eu-west-1.amazonaws.com/x.pem")]
    [InlineData("https://sns.s3.amazonaws.com/x.pem")]
    [InlineData("https://sns.us-east-1.amazonaws.com/x.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com.cn/x.pem")]
    [InlineData("")]
    public async Task A_certificate_URL_that_is_not_on_an_SNS_host_is_rejected_without_a_call(string url)
    {
        await using var it = await SandboxedVendor.StartAsync("amazon-ses", settings: ("OptOut:AmazonSes:SnsSandbox", null));
        var message = it.Account().Notification(it.Account().Event("a@example.com", "complaint"));
        message["SigningCertURL"] = url;
        var read = SnsMessage.Read(Encoding.UTF8.GetBytes(it.Account().Sns.SignAsIs(message).ToJsonString()));

        Assert.False(
            await it.Services.GetRequiredService<SnsAuthenticator>().IsAuthenticAsync(read!, TestContext.Current.CancellationToken));

        Assert.Empty(it.Remote.Requests.All);
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("Amazon SNS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_certificate_is_fetched_once()
    {
        await using var it = await SandboxedVendor.StartAsync("amazon-ses");
        var authenticator = it.Services.GetRequiredService<SnsAuthenticator>();

        for (var i = 0; i < 3; i++)
        {
            var read = SnsMessage.Read(
                Encoding.UTF8.GetBytes(it.Account().Notification(it.Account().Event("a@example.com", "complaint")).ToJsonString()));
            Assert.True(await authenticator.IsAuthenticAsync(read!, TestContext.Current.CancellationToken));
        }

        Assert.Single(it.Remote.Requests.All);
    }

    [Fact]
    public void A_certificate_URL_of_SNS_in_the_region_of_the_topic_is_trusted()
    {
        Assert.Equal("sns.eu-west-1.amazonaws.com", SnsAuthenticator.HostOf("arn:aws:sns:eu-west-1:123456789012:ses-events"));
        Assert.Equal("sns.us-gov-west-1.amazonaws.com", SnsAuthenticator.HostOf("arn:aws-us-gov:sns:us-gov-west-1:123456789012:ses"));
        Assert.Equal("sns.cn-north-1.amazonaws.com.cn", SnsAuthenticator.HostOf("arn:aws-cn:sns:cn-north-1:123456789012:ses"));
    }

    [Fact]
    public void A_message_formatted_as_text_shows_no_address()
    {
        using var sns = new SnsSender(TimeProvider.System);
        var read = SnsMessage.Read(
            Encoding.UTF8.GetBytes(sns.Sign(new Uri("http://127.0.0.1/"), "jan.peeters@example.com").ToJsonString()));

        Assert.DoesNotContain("jan.peeters", $"{read}", StringComparison.Ordinal);
    }
}
