using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Vendors;
using OptOut.Vendors.Twilio;

namespace OptOut.Tests.Vendors.Twilio;

public sealed class TwilioOptionsTests
{
    private static readonly Dictionary<string, string?> Good = new(StringComparer.OrdinalIgnoreCase)
    {
        ["OptOut:Catalogue:Topics:0:Id"] = "1",
        ["OptOut:Catalogue:Topics:0:Name"] = "newsletter",
        ["OptOut:Catalogue:Topics:0:Titles:en"] = "Newsletter",
        ["OptOut:Twilio:AccountSid"] = "AC0123456789abcdef0123456789ABCDEF",
        ["OptOut:Twilio:AuthTokens:0"] = "primary",
        ["OptOut:Twilio:AuthTokens:1"] = "secondary",
        ["OptOut:Twilio:ApiKeySid"] = "SK0123456789abcdef0123456789abcdef",
        ["OptOut:Twilio:ApiKeySecret"] = "secret",
        ["OptOut:Twilio:Senders:0"] = "MG0123456789abcdef0123456789abcdef",
        ["OptOut:Twilio:Senders:1"] = "+32460000001",
        ["OptOut:Twilio:Topics:0"] = "newsletter",
        ["OptOut:Twilio:WebhookBaseUrl"] = "https://SMS.example.com:8443/optout",
    };

    [Fact]
    public void Valid_settings_are_accepted() => Assert.Equal(2, Bind(Good).Senders.Count);

    [Fact]
    public void Without_its_section_Twilio_is_not_registered()
    {
        var services = new ServiceCollection().AddTwilio(new ConfigurationBuilder().Build());

        Assert.DoesNotContain(services, s => s.ServiceType == typeof(IVendor) || s.ServiceType == typeof(IVendorWebhook));
    }

    [Theory]
    [InlineData("AccountSid", "", "OptOut:Twilio:AccountSid is not an account SID")]
    [InlineData("AccountSid", "SK0123456789abcdef0123456789abcdef", "OptOut:Twilio:AccountSid is not an account SID")]
    [InlineData("AuthTokens:1", "hush hush", "OptOut:Twilio:AuthTokens:1 is empty, or contains a space")]
    [InlineData("ApiKeySecret", "", "OptOut:Twilio has an ApiKeySid without an ApiKeySecret")]
    [InlineData("ApiKeySid", "MG0123456789abcdef0123456789abcdef", "OptOut:Twilio:ApiKeySid or ApiKeySecret is not well formed")]
    [InlineData("Senders:1", "KRUIDTUIN", "OptOut:Twilio:Senders:1 is 'KRUIDTUIN'")]
    [InlineData("Senders:1", "0460 00 00 01", "OptOut:Twilio:Senders:1 is '0460 00 00 01'")]
    [InlineData("Senders:1", "+32 460 00 00 01", "OptOut:Twilio:Senders:1 is '+32 460 00 00 01'")]
    [InlineData("Senders:2", "+32460000001", "OptOut:Twilio:Senders names '+32460000001' 2 times")]
    [InlineData("Topics:0", "toys", "OptOut:Twilio:Topics:0 is 'toys'")]
    [InlineData("ReplyStops", "7", "OptOut:Twilio:ReplyStops is 7")]
    [InlineData("BaseAddress", "http://accounts.twilio.com", "OptOut:Twilio:BaseAddress is 'http://accounts.twilio.com/'")]
    [InlineData("WebhookBaseUrl", "https://user:hush@example.com", "OptOut:Twilio:WebhookBaseUrl is not an address")]
    [InlineData("WebhookBaseUrl", "https://example.com/?a=1", "OptOut:Twilio:WebhookBaseUrl is not an address")]
    [InlineData("Timeout", "00:00:00", "OptOut:Twilio:Timeout is 00:00:00")]
    public void A_mistake_is_reported_with_its_setting(string setting, string value, string problem)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind(With(setting, value)));

        Assert.Contains(failure.Failures, f => f.StartsWith(problem, StringComparison.Ordinal));
        Assert.DoesNotContain("hush", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var settings = Good.Where(s => s.Key.StartsWith("OptOut:Catalogue", StringComparison.Ordinal))
            .Append(new("OptOut:Twilio:Timeout", "-00:00:01"))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);

        var failure = Assert.Throws<OptionsValidationException>(() => Bind(settings));

        Assert.Equal(4, failure.Failures.Count()); // No account, no token, no sender and no valid timeout.
    }

    private static Dictionary<string, string?> With(string setting, string value) =>
        new(Good, StringComparer.OrdinalIgnoreCase) { [$"OptOut:Twilio:{setting}"] = value };

    private static TwilioOptions Bind(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddLogging().AddOptOut(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<TwilioOptions>>().Value;
    }
}
