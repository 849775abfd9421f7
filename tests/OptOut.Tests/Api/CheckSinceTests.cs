using System.Net.Http.Json;

namespace OptOut.Tests.Api;

/// <summary>A check names a decision only if that decision is about the channel and the topic it was asked about.</summary>
public sealed class CheckSinceTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task A_person_who_stopped_one_topic_has_decided_nothing_about_the_others()
    {
        var subject = await host.PutSubjectAsync("since-1", ["since-1@example.com"], ["0470 61 00 01"]);
        await SaveAsync("since-1", "email", "offers", wanted: false);
        var stop = Assert.Single(await host.LedgerAsync(subject, 1)).Change.At;

        Assert.Equal((false, "stopped-topic", stop), await CheckAsync("email", "since-1@example.com", "offers"));
        Assert.Equal((true, "no-objection", null), await CheckAsync("email", "since-1@example.com", "newsletter"));
        Assert.Equal((true, "no-objection", null), await CheckAsync("email", "since-1@example.com", null));
        Assert.Equal((true, "no-objection", null), await CheckAsync("sms", "0470 61 00 01", "offers"));
    }

    [Fact]
    public async Task A_decision_about_texts_is_none_about_calls_to_the_same_number()
    {
        var subject = await host.PutSubjectAsync("since-2", phone: ["0470 61 00 02"]);
        await SaveAsync("since-2", "sms", "offers", wanted: false);
        var stop = Assert.Single(await host.LedgerAsync(subject, 1)).Change.At;

        Assert.Equal((false, "stopped-topic", stop), await CheckAsync("sms", "0470 61 00 02", "offers"));
        Assert.Equal((true, "no-objection", null), await CheckAsync("phone", "0470 61 00 02", "offers"));
        Assert.Equal((true, "no-objection", null), await CheckAsync("phone", "0470 61 00 02", null));
    }

    [Fact]
    public async Task An_Allow_after_a_Stop_of_everything_gives_its_moment_to_its_own_topic_alone()
    {
        var subject = await host.PutSubjectAsync("since-3", ["since-3@example.com"]);
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync("since-3"))).Status);
        await SaveAsync("since-3", "email", "newsletter", wanted: true);
        var ledger = await host.LedgerAsync(subject, 2);
        var (stop, allow) = (ledger[0].Change.At, ledger[1].Change.At);

        Assert.Equal((true, "allowed", allow), await CheckAsync("email", "since-3@example.com", "newsletter"));
        Assert.Equal((false, "stopped", stop), await CheckAsync("email", "since-3@example.com", "offers"));
        Assert.Equal((false, "stopped", stop), await CheckAsync("email", "since-3@example.com", null));
    }

    [Fact]
    public async Task Of_a_shared_address_the_owner_who_stopped_gives_the_moment()
    {
        var first = await host.PutSubjectAsync("since-4", ["since-4@example.com"]);
        var second = await host.PutSubjectAsync("since-5", ["since-4@example.com"]);
        await SaveAsync("since-4", "email", "offers", wanted: false);
        await SaveAsync("since-5", "email", "newsletter", wanted: false);
        var (offers, newsletter) = ((await host.LedgerAsync(first, 1))[0].Change.At, (await host.LedgerAsync(second, 1))[0].Change.At);

        Assert.Equal((false, "stopped-topic", offers), await CheckAsync("email", "since-4@example.com", "offers"));
        Assert.Equal((false, "stopped-topic", newsletter), await CheckAsync("email", "since-4@example.com", "newsletter"));
        Assert.Equal((true, "no-objection", null), await CheckAsync("email", "since-4@example.com", null));
    }

    private async Task SaveAsync(string id, string channel, string topic, bool wanted)
    {
        var cells = new Dictionary<string, Dictionary<string, bool>>(StringComparer.Ordinal)
        {
            [channel] = new(StringComparer.Ordinal) { [topic] = wanted },
        };
        var answer = await host.SavePreferencesAsync(id, JsonContent.Create(new { channels = cells }));
        Assert.Equal(200, answer.Status);
    }

    private async Task<(bool Allowed, string Reason, DateTimeOffset? Since)> CheckAsync(string channel, string identifier, string? topic)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"/api/check?channel={channel}{(topic is null ? "" : $"&topic={topic}")}");
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        var answer = await host.SendAsync(request);
        Assert.Equal(200, answer.Status);
        return (
            answer.Json["allowed"]!.GetValue<bool>(),
            answer.Json["reason"]!.GetValue<string>(),
            answer.Json["since"]?.GetValue<DateTimeOffset>());
    }
}
