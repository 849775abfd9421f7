using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Vendors.Dialler;

namespace OptOut.Tests.Vendors.Dialler;

public sealed class DiallerOptionsTests
{
    [Fact]
    public void A_complete_configuration_is_valid() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:Dialler:BaseAddress is ''; give the address that do-not-call is appended to, as in "
                + "https://dialler.callcentre.example/api/ (http only for a sandbox on this machine).",
            "OptOut:Dialler:Token is not 16 to 500 printable ASCII characters without "
                + "spaces; give the bearer token that the call centre issued.",
        ],
        Errors(new DiallerOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix_and_shows_no_secret()
    {
        var options = Good();
        options.BaseAddress = new Uri("http://dialler.example/");
        options.Token = "a token with spaces in it";
        options.Timeout = TimeSpan.FromHours(1);
        options.Topics.Add("prizes");
        options.WebhookSecrets.Add("whsec_c2hvcnQ=");

        var errors = Errors(options);

        Assert.Equal(
            [
                "OptOut:Dialler:BaseAddress is 'http://dialler.example/'; give the address that do-not-call is appended to, as in "
                    + "https://dialler.callcentre.example/api/ (http only for a sandbox on this machine).",
                "OptOut:Dialler:Token is not 16 to 500 printable ASCII characters without "
                    + "spaces; give the bearer token that the call centre issued.",
                "OptOut:Dialler:Timeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:Dialler:Topics:1 is not a topic in OptOut:Catalogue:Topics; "
                    + "give one of newsletter, offers, or leave Topics out for all.",
                "OptOut:Dialler:WebhookSecrets:1 is not a signing secret; give whsec_ and 24 to 64 random bytes in base64, as from "
                    + "'echo whsec_$(openssl rand -base64 32)'.",
            ],
            errors);
    }

    [Theory]
    [InlineData("https://user:secret@dialler.example/")]
    [InlineData("https://dialler.example/api?token=secret")]
    [InlineData("https://dialler.example/api#secret")]
    public void A_secret_in_the_address_is_rejected_and_not_repeated_in_the_message(string address)
    {
        var options = Good();
        options.BaseAddress = new Uri(address);

        Assert.Equal(
            "OptOut:Dialler:BaseAddress has more than a host and a path; give only those, and put the token in OptOut:Dialler:Token.",
            Assert.Single(Errors(options)));
    }

    [Theory]
    [InlineData("https://dialler.example")]
    [InlineData("https://dialler.example/")]
    [InlineData("https://dialler.example/a/b")]
    [InlineData("https://dialler.example/a/b/")]
    public void Paths_are_added_whether_or_not_the_base_ends_in_a_slash(string address) =>
        Assert.Equal(
            $"{address.TrimEnd('/')}/do-not-call",
            new DiallerOptions { BaseAddress = new Uri(address) }.Address("do-not-call").AbsoluteUri);

    [Fact]
    public void Without_its_section_the_dialler_is_not_registered()
    {
        var services = new ServiceCollection().AddDialler(new ConfigurationBuilder().Build());

        Assert.Empty(services);
    }

    private static DiallerOptions Good() => new()
    {
        BaseAddress = new Uri("https://dialler.callcentre.example/api/"),
        Token = "0123456789abcdef",
        Topics = { "offers" },
        WebhookSecrets = { "whsec_" + Convert.ToBase64String(new byte[32]) },
    };

    private static string[] Errors(DiallerOptions options)
    {
        var catalogue = new CatalogueOptions
        {
            Topics = { new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" } },
        };
        return [.. new DiallerOptionsValidator(Options.Create(catalogue)).Validate(null, options).Failures ?? []];
    }
}
