using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Tests.Api;

/// <summary><c>GET /api/check</c>, where the reason is no decision of the person's.</summary>
public sealed class CheckExternalSuppressionTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static readonly DateTimeOffset May = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_register_denies_its_channel_alone_and_is_named_as_the_reason()
    {
        await DenyAsync(Phone("+32470222201"), "do-not-call", Channel.Phone);

        var answer = await AskAsync("phone", "0470 22 22 01");

        Assert.Equal("""{"allowed":false,"reason":"register","since":"2026-05-01T00:00:00+00:00","register":"do-not-call"}""", answer.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("sms", "+32470222201"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("phone", "+32470222202"));
    }

    [Fact]
    public async Task A_register_denies_a_customer_who_allows_too_and_a_Stop_comes_first_in_the_answer()
    {
        var subject = await host.PutSubjectAsync("check-denied", phone: ["+32470222203"]);
        await DenyAsync(Phone("+32470222203"), "do-not-call", Channel.Phone);
        await DenyAsync(Phone("+32470222203"), ExternalSuppression.OfBounces("twilio"), Channel.Phone);
        Assert.Equal((false, "register"), await host.CheckAsync("phone", "+32470222203", "offers"));

        await host.OneClickAsync(await host.TokenAsync("check-denied"));
        await host.LedgerAsync(subject, 1);
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("phone", "+32470222203") == (false, "stopped"));
        Assert.Null((await AskAsync("phone", "+32470222203"))["register"]);
    }

    [Fact]
    public async Task An_address_that_does_not_work_is_no_Stop_and_names_who_said_so()
    {
        Assert.True(EmailAddress.TryParse("gone@example.com", out var gone));
        await DenyAsync(gone, ExternalSuppression.OfBounces("sendgrid"), Channel.Email);

        var answer = await AskAsync("email", "gone@example.com");

        Assert.Equal(("undeliverable", "sendgrid", null), (answer["reason"]!.GetValue<string>(), answer["vendor"]!.GetValue<string>(), answer["register"]));
    }

    [Fact]
    public void A_register_denies_from_the_day_of_its_first_rule_and_one_that_is_known_no_more_goes_on()
    {
        var listed = new ExternalSuppression(Phone("+32470222201"), "do-not-call", [Channel.Phone], May);
        var first = new DateTimeOffset(2015, 7, 11, 0, 0, 0, TimeSpan.FromHours(2));

        Assert.False(listed.Denies(Channel.Phone, first.AddTicks(-1)));
        Assert.True(listed.Denies(Channel.Phone, first));
        Assert.False(listed.Denies(Channel.Sms, May));
        Assert.True((listed with { By = "no-longer-known" }).Denies(Channel.Phone, May));
        Assert.False((listed with { By = "no-longer-known" }).Denies(Channel.Sms, May));
    }

    [Fact]
    public void The_rules_of_a_register_stand_in_the_order_of_their_days_and_name_their_source() => Assert.All(Register.All, register =>
    {
        Assert.Equal(register.Rules.OrderBy(r => r.From), register.Rules);
        Assert.All(register.Rules, r => Assert.True(r.Source.Length > 0 && r.MaxAge > TimeSpan.Zero && r.Denies.All(c => Identifier.KindFor(c) == register.Kind)));
        Assert.Same(register.Rules[^1], register.RuleAt(May));
    });

    private Task DenyAsync(Identifier who, string by, Channel channel) => host.Service<ExternalSuppressionStore>().SetAsync(new ExternalSuppression(who, by, [channel], May), Cancel);

    private async Task<JsonNode> AskAsync(string channel, string identifier)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/check?channel={channel}");
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        var answer = await host.SendAsync(request);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    private static Identifier Phone(string number) => PhoneNumber.TryParse(number, "BE", out var phone) ? phone : throw new FormatException(number);
}
