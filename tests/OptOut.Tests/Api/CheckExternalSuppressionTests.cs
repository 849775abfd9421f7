using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Tests.Api;

/// <summary><c>GET /api/check</c>, where the reason is a register or a bounce.</summary>
public sealed class CheckExternalSuppressionTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static readonly DateTimeOffset May = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_register_blocks_only_its_channel_and_is_named_as_the_reason()
    {
        await SuppressAsync(Phone("+32470222201"), "do-not-call", Channel.Phone);

        var answer = await GetAsync("phone", "0470 22 22 01");

        Assert.Equal(
            """{"allowed":false,"reason":"register","since":"2026-05-01T00:00:00+00:00","register":"do-not-call"}""",
            answer.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("sms", "+32470222201"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("phone", "+32470222202"));
    }

    [Fact]
    public async Task A_register_blocks_a_customer_too_and_a_Stop_comes_first_in_the_answer()
    {
        var subject = await host.PutSubjectAsync("check-blocked", phone: ["+32470222203"]);
        await SuppressAsync(Phone("+32470222203"), "do-not-call", Channel.Phone);
        await SuppressAsync(Phone("+32470222203"), ExternalSuppression.BounceOrigin("twilio"), Channel.Phone);
        Assert.Equal((false, "register"), await host.CheckAsync("phone", "+32470222203", "offers"));

        await host.OneClickAsync(await host.TokenAsync("check-blocked"));
        await host.LedgerAsync(subject, 1);
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("phone", "+32470222203") == (false, "stopped"));
        Assert.Null((await GetAsync("phone", "+32470222203"))["register"]);
    }

    [Fact]
    public async Task An_undeliverable_address_is_not_a_Stop_and_names_the_vendor_that_reported_it()
    {
        Assert.True(EmailAddress.TryParse("gone@example.com", out var gone));
        await SuppressAsync(gone, ExternalSuppression.BounceOrigin("sendgrid"), Channel.Email);

        var answer = await GetAsync("email", "gone@example.com");

        Assert.Equal(
            ("undeliverable", "sendgrid", null),
            (answer["reason"]!.GetValue<string>(), answer["vendor"]!.GetValue<string>(), answer["register"]));
    }

    [Fact]
    public void A_register_blocks_from_the_date_of_its_first_rule_and_an_unknown_register_still_blocks()
    {
        var listed = new ExternalSuppression(Phone("+32470222201"), "do-not-call", [Channel.Phone], May);
        var first = new DateTimeOffset(2015, 7, 11, 0, 0, 0, TimeSpan.FromHours(2));

        Assert.False(listed.Blocks(Channel.Phone, first.AddTicks(-1)));
        Assert.True(listed.Blocks(Channel.Phone, first));
        Assert.False(listed.Blocks(Channel.Sms, May));
        Assert.True((listed with { Origin = "no-longer-known" }).Blocks(Channel.Phone, May));
        Assert.False((listed with { Origin = "no-longer-known" }).Blocks(Channel.Sms, May));
    }

    [Fact]
    public void The_rules_of_a_register_are_in_date_order_and_name_their_source() => Assert.All(Register.All, register =>
    {
        Assert.Equal(register.Rules.OrderBy(r => r.From), register.Rules);
        Assert.All(
            register.Rules,
            r => Assert.True(
                r.Source.Length > 0 && r.MaxAge > TimeSpan.Zero && r.BlockedChannels.All(c => Identifier.KindFor(c) == register.Kind)));
        Assert.Same(register.Rules[^1], register.RuleAt(May));
    });

    private Task SuppressAsync(Identifier who, string by, Channel channel) =>
        host.Service<ExternalSuppressionStore>().SetAsync(new ExternalSuppression(who, by, [channel], May), Cancel);

    private async Task<JsonNode> GetAsync(string channel, string identifier)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/check?channel={channel}");
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        var answer = await host.SendAsync(request);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    private static Identifier Phone(string number) =>
        PhoneNumber.TryParse(number, "BE", out var phone) ? phone : throw new FormatException(number);
}
