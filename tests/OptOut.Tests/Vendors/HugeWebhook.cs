namespace OptOut.Tests.Vendors;

internal static class HugeWebhook
{
    /// <summary>Offers a webhook of 10 MB, which waits to be asked for, so that the answer does not race the body.</summary>
    /// <returns>The status it was answered with.</returns>
    public static async Task<int> TooMuchAsync(this OptOutHost host, string path, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[10 * 1024 * 1024]), Headers = { ExpectContinue = true } };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return (await host.SendAsync(request)).Status;
    }
}
