using OptOut.Consent;

namespace OptOut.Tests.Web.Unsubscribe;

public sealed class OneClickScopeTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_controller_may_limit_one_click_to_the_topic_of_the_mail_and_accept_an_empty_POST()
    {
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>
        {
            ["OptOut:Links:OneClickScope"] = "Topic",
            ["OptOut:Links:EmptyPostIsOneClick"] = "true",
        });
        var subject = await host.PutSubjectAsync("narrow", ["narrow@example.com"], ["+32470123456"]);

        var answer = await host.SendAsync("POST", $"/u/{await host.TokenAsync("narrow", "email", "offers")}");

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(
            400, (await host.SendAsync("POST", $"/u/{await host.TokenAsync("narrow")}", OptOutHost.Form("List-Unsubscribe="))).Status);
        Assert.Equal(Scope.Parse("email,offers"), Assert.Single(await host.LedgerAsync(subject, 1)).Change.Scope);
        await host.ConfirmedAsync(subject);
        Assert.Equal(["narrow@example.com"], host.Sandbox.SendGrid.GroupEntries.Where(e => e.Group == 102).Select(e => e.Email));
        Assert.Empty(host.OnSendGridsList());
        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("email", "narrow@example.com", "offers"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "narrow@example.com", "newsletter"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("sms", "+32470123456", "offers"));

        // The button on the page always stops everything, whatever the mail client's button stops.
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync("narrow", "email", "offers"))).Status);
        Assert.Equal(Scope.Everything, (await host.LedgerAsync(subject, 2))[1].Change.Scope);
    }
}
