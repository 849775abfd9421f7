namespace OptOut.Tests.EveryEntryPoint;

/// <summary>A client that hangs up in the middle of a body or sends invalid HTTP is not our error, and must alert nobody.</summary>
public sealed class BrokenRequestTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Theory]
    [InlineData("/unsubscribe")]
    [InlineData("/u/not-a-token")]
    [InlineData("/q")]
    [InlineData("/api/links")]
    [InlineData("/webhooks/sendgrid/inbound")]
    [InlineData("/webhooks/sendgrid/events")]
    public async Task A_broken_request_is_answered_with_4xx_and_not_logged_as_an_error(string path)
    {
        await BrokenRequest.HangUpAsync(host.Client.BaseAddress!, path);

        Assert.InRange(await BrokenRequest.BadChunkAsync(host.Client.BaseAddress!, path), 400, 404);
        Assert.DoesNotContain(host.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}
