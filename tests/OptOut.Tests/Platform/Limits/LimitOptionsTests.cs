using Microsoft.Extensions.Configuration;
using OptOut.Platform.Limits;

namespace OptOut.Tests.Platform.Limits;

public sealed class LimitOptionsTests
{
    [Fact]
    public void The_defaults_are_high_enough_for_an_office_behind_one_address()
    {
        var options = new LimitOptions();

        Assert.True(Validate(options).Succeeded);
        Assert.Equal(
            ("", 300, TimeSpan.FromMinutes(10)),
            (options.ClientAddressHeader, options.PublicStop.Client.Count, options.PublicStop.Client.Window));
    }

    [Fact]
    public void Every_error_is_reported_at_once_with_its_setting_and_the_fix()
    {
        var options = new LimitOptions { ClientAddressHeader = "X-Client Address" };
        options.PublicStop.Client.Count = 0;
        options.LinkMail.Identifier.Window = TimeSpan.FromDays(2);
        options.CodeGuess.Client.Window = TimeSpan.Zero;
        options.CodeGuess.Everyone.Count = -1;
        options.SiteFactor = 1001;

        Assert.Equal(
            [
                "OptOut:Limits:ClientAddressHeader is not a valid header name; give one such as 'X-Azure-ClientIP', or leave it empty.",
                "OptOut:Limits:PublicStop:Client:Count is 0; give 1 to 1000000.",
                "OptOut:Limits:LinkMail:Identifier:Window is 2.00:00:00; give a time from one second to one day, as in '00:10:00'.",
                "OptOut:Limits:CodeGuess:Client:Window is 00:00:00; give a time from one second to one day, as in '00:10:00'.",
                "OptOut:Limits:CodeGuess:Everyone:Count is -1; give 1 to 1000000.",
                "OptOut:Limits:SiteFactor is 1001; give 1 to 1000.",
            ],
            Validate(options).Failures);
    }

    [Fact]
    public void Guessing_codes_is_not_limited_by_identifier()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["OptOut:Limits:CodeGuess:Client:Count"] = "5",
                ["OptOut:Limits:CodeGuess:Identifier:Count"] = "0",
            })
                .Build();
        var options = configuration.GetSection("OptOut:Limits").Get<LimitOptions>()!;

        Assert.Equal((5, true), (options.For(LimitedAction.CodeGuess).Client.Count, Validate(options).Succeeded));
        Assert.Throws<ArgumentOutOfRangeException>("action", () => options.ForIdentifier(LimitedAction.CodeGuess));
    }

    [Fact]
    public void One_setting_leaves_the_others_at_their_defaults()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["PublicStop:Client:Count"] = "5" })
            .Build();
        var options = configuration.Get<LimitOptions>()!;

        Assert.Equal(
            (5, TimeSpan.FromMinutes(10), 10),
            (options.PublicStop.Client.Count, options.PublicStop.Client.Window, options.PublicStop.Identifier.Count));
    }

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(LimitOptions options) =>
        new LimitOptionsValidator().Validate(null, options);
}
