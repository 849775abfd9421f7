using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Emulators.Sandbox;
using OptOut.Vendors;
using OptOut.Vendors.Generic;

namespace OptOut.Tests.Vendors.Generic;

public sealed class HttpVendorOptionsTests
{
    private static readonly string One = Secret('1'), Two = Secret('2'), Three = Secret('3');

    [Fact]
    public void A_complete_configuration_is_valid() => Assert.Empty(Errors(Good()));

    [Fact]
    public void Empty_settings_report_every_missing_value_at_once() => Assert.Equal(
        [
            "OptOut:HttpVendors:crm:PushUrl is missing; give the full address that receives consent.changed, beginning with "
                + "https:// (http only for a system on this machine), without a user name or a #.",
            "OptOut:HttpVendors:crm:PushSecrets is empty; give the secret that our calls are "
                + "signed with, as from 'echo whsec_$(openssl rand -base64 32)'.",
            "OptOut:HttpVendors:crm:Channel is ''; give email, sms, phone or post.",
        ],
        Errors(new HttpVendorOptions()));

    [Fact]
    public void Every_mistake_names_its_setting_and_its_fix()
    {
        var options = new HttpVendorOptions
        {
            Channel = "fax",
            PushUrl = new Uri("http://crm.example/consent?key=s3cret"),
            PullUrl = new Uri("https://me:s3cret@crm.example/list"),
            PushSecrets = [One, "s3cret"],
            WebhookSecrets = ["whsec_s3cret", One],
            BearerToken = "s3cret s3cret",
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["X Key"] = "a",
                ["Webhook-Id"] = "b",
                ["Authorization"] = "c",
                ["X-Empty"] = " ",
            },
            PullFormat = (HttpVendorFormat)7,
            EntryStops = (HttpVendorStop)7,
            Topics = ["newsletter", "gone", "newsletter"],
            Timeout = TimeSpan.Zero,
            PullTimeout = TimeSpan.FromHours(1),
        };

        var errors = Errors(options);

        Assert.Equal(
            [
                "OptOut:HttpVendors:crm:PushUrl is 'http://crm.example/consent'; give the full address that receives "
                    + "consent.changed, beginning with https:// (http only for a system on this machine), without a user name or a #.",
                "OptOut:HttpVendors:crm:PullUrl is 'https://crm.example/list'; give the full address of the list, beginning with "
                    + "https:// (http only for a system on this machine), without a user name or a #, or leave it out.",
                "OptOut:HttpVendors:crm:Timeout is 00:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:HttpVendors:crm:PullTimeout is 01:00:00; give more than 00:00:00, at most 00:05:00.",
                "OptOut:HttpVendors:crm:PushSecrets:1 is not a signing secret; give whsec_ and 24 to 64 random bytes in base64, as "
                    + "from 'echo whsec_$(openssl rand -base64 32)'.",
                "OptOut:HttpVendors:crm:WebhookSecrets:0 is not a signing secret; give whsec_ and 24 to 64 random bytes in base64, "
                    + "as from 'echo whsec_$(openssl rand -base64 32)'.",
                "OptOut:HttpVendors:crm:WebhookSecrets contains a secret that is also in OptOut:HttpVendors:crm:PushSecrets; "
                    + "give each direction its own, so that nothing we sent can be returned as if it came from the vendor.",
                "OptOut:HttpVendors:crm:BearerToken is empty, or contains a space or a character that is not ASCII; "
                    + "copy the token again, without anything around it, or leave it out.",
                "OptOut:HttpVendors:crm:Headers names 'X Key', which is not a header name "
                    + "(RFC 9110 section 5.1); give a name such as X-Api-Key.",
                "OptOut:HttpVendors:crm:Headers:Webhook-Id is set automatically; leave it out.",
                "OptOut:HttpVendors:crm:Headers:Authorization and "
                    + "OptOut:HttpVendors:crm:BearerToken are the same header; give one of the two.",
                "OptOut:HttpVendors:crm:Headers:X-Empty is empty or contains a character that is not printable ASCII; "
                    + "give the value as the vendor shows it.",
                "OptOut:HttpVendors:crm:Channel is 'fax'; give email, sms, phone or post.",
                "OptOut:HttpVendors:crm:Topics:1 is 'gone', which is not a topic in "
                    + "OptOut:Catalogue:Topics; remove it, or add the topic there.",
                "OptOut:HttpVendors:crm:Topics names 'newsletter' 2 times; name it once.",
                "OptOut:HttpVendors:crm:PullFormat is 7; give Pages or Lines.",
                "OptOut:HttpVendors:crm:EntryStops is 7; give Everything or Named.",
            ],
            errors);
        Assert.All(errors, e => Assert.DoesNotContain("s3cret", e, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("crm", null)]
    [InlineData("c-2", null)]
    [InlineData("CRM", "OptOut:HttpVendors:CRM is not a valid name for a vendor; give 1 to 32 characters of a-z, 0-9 and -.")]
    [InlineData("our crm", "OptOut:HttpVendors:our crm is not a valid name for a vendor; give 1 to 32 characters of a-z, 0-9 and -.")]
    [InlineData(
        "a-name-that-is-longer-than-32-chars",
        "OptOut:HttpVendors:a-name-that-is-longer-than-32-chars is not a valid name for a vendor; give 1 to 32 characters of a-z, 0-9 and -.")]
    [InlineData("sendgrid", "OptOut:HttpVendors:sendgrid has the name of another vendor; give it another name.")]
    public void A_name_is_short_and_nobody_elses(string name, string? error) =>
        Assert.Equal(error is null ? [] : [error], Errors(Good(), name));

    [Theory]
    [InlineData("https://crm.example/consent?tenant=7", true)]
    [InlineData("http://127.0.0.1:7090/consent", true)]
    [InlineData("http://localhost/consent", true)]
    [InlineData("http://crm.example/consent", false)]
    [InlineData("https://crm.example/consent#part", false)]
    [InlineData("ftp://crm.example/consent", false)]
    [InlineData("/consent", false)]
    public void The_push_URL_must_use_https_except_on_this_machine(string url, bool passes)
    {
        var options = Good();
        options.PushUrl = new Uri(url, UriKind.RelativeOrAbsolute);

        Assert.Equal(passes, Errors(options).Length == 0);
    }

    [Fact]
    public async Task The_names_of_all_built_in_vendors_are_reserved()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Storage = "UseDevelopmentStorage=true", SendGridGroups = OptOutSettings.SendGridGroups },
            TestContext.Current.CancellationToken);
        await using var services = Services(sandbox, [.. sandbox.Vendors.Select(v => v.Name)]);

        Assert.All(
            services.GetServices<IVendor>().Where(v => v is not HttpVendor),
            v => Assert.Contains(v.Name, HttpVendorOptionsValidator.ReservedNames));
        Assert.All(
            services.GetServices<IVendorWebhook>().Where(d => d is not HttpVendorWebhook), d => Assert.DoesNotMatch("^generic/", d.Path));
        Assert.Contains(services.GetServices<IVendor>(), v => v is HttpVendor);
    }

    [Fact]
    public async Task Without_an_entry_no_vendor_and_no_webhook_is_registered()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { SendGridGroups = OptOutSettings.SendGridGroups }, TestContext.Current.CancellationToken);
        await using var services = Services(sandbox, []);

        Assert.DoesNotContain(services.GetServices<IVendor>(), v => v is HttpVendor);
        Assert.DoesNotContain(services.GetServices<IVendorWebhook>(), d => d is HttpVendorWebhook);
    }

    [Fact]
    public async Task A_mistake_prevents_startup()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { SendGridGroups = OptOutSettings.SendGridGroups }, TestContext.Current.CancellationToken);
        await using var services = Services(sandbox, ["crm"], new() { ["OptOut:HttpVendors:crm:Channel"] = "fax" });

        var thrown = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(["OptOut:HttpVendors:crm:Channel is 'fax'; give email, sms, phone or post."], thrown.Failures);
    }

    private static ServiceProvider Services(VendorSandbox sandbox, string[] vendors, Dictionary<string, string?>? more = null)
    {
        var settings = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            sandbox,
            vendors);
        foreach (var (key, value) in more ?? [])
            settings[key] = value;
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddLogging().AddSingleton(configuration).AddOptOut(configuration).BuildServiceProvider();
    }

    private static HttpVendorOptions Good() => new()
    {
        Channel = "email",
        PushUrl = new Uri("https://crm.example/consent"),
        PushSecrets = [One, Two],
        BearerToken = "token",
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Account"] = "seven of nine" },
        PullUrl = new Uri("https://crm.example/list?format=x"),
        WebhookSecrets = [Three],
        Topics = ["newsletter"],
    };

    private static string[] Errors(HttpVendorOptions options, string name = "crm")
    {
        var catalogue = new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        };
        return [.. new HttpVendorOptionsValidator(Options.Create(catalogue)).Validate(name, options).Failures ?? []];
    }

    private static string Secret(char letter) => "whsec_" + Convert.ToBase64String(Enumerable.Repeat((byte)letter, 32).ToArray());
}
