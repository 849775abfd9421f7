namespace OptOut.Tests.Vendors;

internal static class OversizedWebhook
{
    /// <summary>Posts 10 MB to a webhook, with Expect: 100-continue so that the answer does not race the body.</summary>
    /// <returns>The status code of the answer.</returns>
    public static async Task<int> PostOversizedAsync(
        this OptOutHost host, string path, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new ByteArrayContent(new byte[10 * 1024 * 1024]),
            Headers = { ExpectContinue = true },
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return (await host.SendAsync(request)).Status;
    }
}
