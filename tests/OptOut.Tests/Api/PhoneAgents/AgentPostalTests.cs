using System.Text;

namespace OptOut.Tests.Api.PhoneAgents;

/// <summary><c>POST /api/opt-outs</c> with a postal address: what was read, and whether anybody has it.</summary>
public sealed class AgentPostalTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task An_address_that_a_customer_has_stops_the_customer_and_the_agent_reads_out_how_it_was_read()
    {
        var subject = await host.PutSubjectAsync("agent-post-1", postal: ["Place du 20-Août 7, 4000 Liège"]);

        var answer = await PostAsync("7, place du 20 août, 4000 Liège", "post-1");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["reference", "subjects", "recorded", "say", "postal"], answer.Json.AsObject().Select(p => p.Key));
        Assert.Equal("street PLACEDU20AOUT, number 7, postcode 4000, country BE", Text(answer, "postal"));
        Assert.EndsWith(
            "Post stops if the address on the letter reads as: street PLACEDU20AOUT, number 7, postcode 4000, country BE.",
            Text(answer, "say"),
            StringComparison.Ordinal);
        await host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Place du 20-Août 7, 4000 Liège"));
    }

    [Fact]
    public async Task The_agent_is_told_that_nobody_has_the_address_and_the_Stop_is_recorded_all_the_same()
    {
        var neighbour = await host.PutSubjectAsync("agent-post-2", postal: ["Bus 3, Kerkstraat 81, 9000 Gent"]);

        var answer = await PostAsync("Bus 4, Kerkstraat 81, 9000 Gent", "post-2");

        Assert.StartsWith(
            "Recorded, but no customer has this postal address as it was read", Text(answer, "notice"), StringComparison.Ordinal);
        Assert.Equal("street KERKSTRAAT, number 81, box or addition 4, postcode 9000, country BE", Text(answer, "postal"));
        await host.QuietAsync();
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Kerkstraat 81 bus 4, 9000 Gent"));
        Assert.True((await host.CheckAsync("post", "Kerkstraat 81 bus 3, 9000 Gent")).Allowed);
        await host.LedgerAsync(neighbour, 0);
    }

    [Fact]
    public async Task With_the_customer_number_too_an_unknown_address_needs_no_check()
    {
        await host.PutSubjectAsync("agent-post-3", phone: ["0470770103"]);

        var answer = await PostAsync("Kerkstraat 82, 9000 Gent", "post-3", subject: "agent-post-3");

        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Json["notice"]);
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470770103"));
    }

    private Task<Answer> PostAsync(string postal, string call, string? subject = null)
    {
        var person = subject is null ? "" : $"\"subject\":\"{subject}\",";
        var json = $$"""{ {{person}}"identifier":{"postal":"{{postal}}"},"agent":"A-17","call":"{{call}}"}""";
        return host.SendAsync(
            "POST", "/api/opt-outs?language=en", new StringContent(json, Encoding.UTF8, "application/json"), OptOutHost.FunctionKey);
    }

    private static string Text(Answer answer, string name) => answer.Json[name]!.GetValue<string>();
}
