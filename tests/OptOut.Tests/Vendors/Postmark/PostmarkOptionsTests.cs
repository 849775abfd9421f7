using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors;
using OptOut.Vendors.Postmark;

namespace OptOut.Tests.Vendors.Postmark;

public sealed class PostmarkOptionsTests
{
    [Fact]
    public void A_complete_configuration_is_valid() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:Postmark:ServerToken is empty; give a token of the server, from its API Tokens tab.",
            "OptOut:Postmark:Streams is empty; name each message stream that sends "
                + "marketing, as in OptOut:Postmark:Streams:0:Id = broadcast.",
        ],
        Errors(new PostmarkOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix()
    {
        var options = Good();
        options.ServerToken = "with space";
        options.BaseAddress = new Uri("http://api.postmarkapp.com");
        options.Timeout = TimeSpan.Zero;
        options.PullTimeout = TimeSpan.FromHours(1);
        options.Streams.Add(new PostmarkStream { Id = "Name of it", Topic = "gone" });
        options.Streams.Add(new PostmarkStream { Id = "broadcast" });
        options.ServiceStreams.Add("broadcast");
        options.StreamStops = (StreamStop)7;
        options.WebhookCredentials.Add(new PostmarkCredential { User = "a:b", Password = "short" });
        options.WebhookTokens.Add("short");

        Assert.Equal(
            [
                "OptOut:Postmark:ServerToken contains a space or a character that is not "
                    + "ASCII; copy the token again, without anything around it.",
                "OptOut:Postmark:BaseAddress is 'http://api.postmarkapp.com/'; give "
                    + "https://api.postmarkapp.com/ (http only for a sandbox on this machine).",
                "OptOut:Postmark:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Postmark:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Postmark:Streams:1:Id is 'Name of it'; give the stream's id, as in 'broadcast' (not its name).",
                "OptOut:Postmark:Streams:1:Topic is not a topic in OptOut:Catalogue:Topics; add the topic there, or leave Topic "
                    + "out if the stream sends every topic.",
                "OptOut:Postmark:Streams names 'broadcast' 2 times; name it once.",
                "OptOut:Postmark:ServiceStreams names 'broadcast', which is also in "
                    + "OptOut:Postmark:Streams; remove it from one of the two.",
                "OptOut:Postmark:StreamStops is 7; give Everything or Topic.",
                "OptOut:Postmark:WebhookCredentials:1:User is empty or contains a space, a colon or a character that is not ASCII; "
                    + "give the user name of the webhook's Basic authentication.",
                "OptOut:Postmark:WebhookCredentials:1:Password is too short to protect anything, or contains a space or a "
                    + "character that is not ASCII; give at least 16 random characters.",
                "OptOut:Postmark:WebhookTokens:1 is too short to protect anything, or contains a space or a character that is not "
                    + "ASCII; give at least 16 random characters.",
            ],
            Errors(options));
    }

    [Theory]
    [InlineData("https://api.postmarkapp.com", true)]
    [InlineData("http://127.0.0.1:7090/postmark/", true)]
    [InlineData("http://127.0.0.1:7090/postmark", false)]
    [InlineData("ftp://api.postmarkapp.com", false)]
    public void The_base_address_must_use_https_except_on_this_machine(string address, bool passes)
    {
        var options = Good();
        options.BaseAddress = new Uri(address);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public void A_null_setting_is_reported_like_any_other()
    {
        var options = Good();
        (options.ServerToken, options.BaseAddress, options.Streams[0].Id, options.WebhookTokens[0]) = (null!, null!, null!, null!);
        (options.WebhookCredentials[0].User, options.WebhookCredentials[0].Password) = (null!, null!);

        Assert.Equal(
            ["ServerToken", "BaseAddress", "Streams:0:Id", "WebhookCredentials:0:User", "WebhookCredentials:0:Password", "WebhookTokens:0"],
            Errors(options).Select(e => e["OptOut:Postmark:".Length..e.IndexOf(' ', StringComparison.Ordinal)]));
    }

    [Fact]
    public void No_message_contains_a_secret()
    {
        var options = Good();
        (options.ServerToken, options.WebhookTokens[0], options.WebhookCredentials[0].Password) = ("s3cret ", "s3cret", "s3cret");

        Assert.Equal(3, Errors(options).Length);
        Assert.All(Errors(options), e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_its_section_Postmark_is_not_registered()
    {
        await using var it = await SandboxedVendor.StartAsync("sendgrid");

        Assert.DoesNotContain(it.Services.GetServices<IVendor>(), v => v.Name == "postmark");
        Assert.DoesNotContain(it.Services.GetServices<IVendorWebhook>(), d => d.Path == "postmark/events");
    }

    private static PostmarkOptions Good() => new()
    {
        ServerToken = "00000000-0000-0000-0000-000000000000",
        Streams = [new PostmarkStream { Id = "broadcast" }],
        ServiceStreams = ["outbound"],
        WebhookCredentials = [new PostmarkCredential { User = "postmark", Password = "a-password-of-some-length" }],
        WebhookTokens = ["a-token-of-some-length"],
    };

    private static string[] Errors(PostmarkOptions options)
    {
        var catalogue = new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        };
        var validator = new PostmarkOptionsValidator(Options.Create(catalogue), new ServiceMailVendor("postmark", ["postmark"]));
        return [.. validator.Validate(null, options).Failures ?? []];
    }
}
