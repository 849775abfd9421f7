using Microsoft.Extensions.Configuration;
using OptOut.Limits;

namespace OptOut.Tests.Limits;

public sealed class LimitOptionsTests
{
    [Fact]
    public void The_defaults_let_an_office_behind_one_address_opt_out()
    {
        var options = new LimitOptions();

        Assert.True(Validate(options).Succeeded);
        Assert.Equal((0, 300, TimeSpan.FromMinutes(10)), (options.TrustedProxies, options.PublicStop.Client.Count, options.PublicStop.Client.Window));
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_setting_and_the_mend()
    {
        var options = new LimitOptions { TrustedProxies = -1 };
        options.PublicStop.Client.Count = 0;
        options.LinkMail.Identifier.Window = TimeSpan.FromDays(2);
        options.CodeGuess.Client.Window = TimeSpan.Zero;

        Assert.Equal(
            [
                "OptOut:Limits:TrustedProxies is -1; give the number of proxies before the app, 0 to 10.",
                "OptOut:Limits:PublicStop:Client:Count is 0; give 1 to 1000000.",
                "OptOut:Limits:LinkMail:Identifier:Window is 2.00:00:00; give a time from one second to one day, as in '00:10:00'.",
                "OptOut:Limits:CodeGuess:Client:Window is 00:00:00; give a time from one second to one day, as in '00:10:00'.",
            ],
            Validate(options).Failures);
    }

    [Theory]
    [InlineData("0", false)]
    [InlineData("1", true)]
    public void On_Azure_where_every_request_comes_from_the_front_end_a_proxy_must_be_counted(string proxies, bool good)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["WEBSITE_SITE_NAME"] = "optout", ["OptOut:Limits:TrustedProxies"] = proxies, ["OptOut:Limits:PublicStop:Client:Count"] = "5" }).Build();
        var options = configuration.GetSection("OptOut:Limits").Get<LimitOptions>()!;

        Assert.Equal((5, TimeSpan.FromMinutes(10), 10), (options.PublicStop.Client.Count, options.PublicStop.Client.Window, options.PublicStop.Identifier.Count));
        Assert.Equal(good, new LimitOptionsValidator(configuration).Validate(null, options).Succeeded);
    }

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(LimitOptions options) => new LimitOptionsValidator(new ConfigurationBuilder().Build()).Validate(null, options);
}
