using System.Text;

namespace OptOut.Tests.Api.Portal;

public sealed class PreferencesCatalogueTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_portal_reads_and_sets_only_the_channels_and_topics_that_the_controller_uses()
    {
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OptOut:Catalogue:Channels:0"] = "email",
            ["OptOut:Catalogue:Channels:1"] = "post",
            ["OptOut:Catalogue:Topics:1:Channels:0"] = "post",
        });

        var read = await host.SendAsync("GET", "/api/subjects/few/preferences", key: OptOutHost.FunctionKey);
        var wrong = await PutAsync(host, """{"channels":{"sms":{"newsletter":false},"email":{"offers":false}}}""");
        var none = await PutAsync(host, """{"channels":{"email":{"newsletter":false},"post":{"newsletter":false,"offers":false}}}""");

        Assert.Equal("""{"email":{"newsletter":true},"post":{"newsletter":true,"offers":true}}""", read.Json["channels"]!.ToJsonString());
        Assert.Equal("""{"email":true,"post":true}""", read.Json["general"]!.ToJsonString());
        Assert.Equal(
            """{"channels.sms":["Not a channel of the catalogue. Give one of: email, post."]"""
                + ""","channels.email.offers":["Not a topic of this channel. Give one of: newsletter."]}""",
            wrong.Json["errors"]!.ToJsonString());
        Assert.True(none.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal("*,*", Assert.Single(await host.LedgerAsync(host.SubjectOf("few"), 1)).Change.Scope.ToString());
    }

    private static Task<Answer> PutAsync(OptOutHost host, string body) =>
        host.SavePreferencesAsync("few", new StringContent(body, Encoding.UTF8, "application/json"));
}
