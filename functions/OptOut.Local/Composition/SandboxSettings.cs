using System.Net.Http.Json;
using System.Text.Json;

namespace OptOut.Local.Composition;

/// <summary>
/// Fetches the vendors' addresses and signing keys from the sandbox, as an operator would copy them from the vendors' settings pages.
/// </summary>
internal static class SandboxSettings
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(200);

    /// <exception cref="CannotStartException">The sandbox does not answer within 10 seconds.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> FetchAsync(
        Uri sandbox, TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
        var deadline = time.GetUtcNow() + Timeout;
        while (true)
        {
            try
            {
                return await http.GetFromJsonAsync<Dictionary<string, string>>(new Uri(sandbox, "/sandbox/settings"), cancellationToken)
                    ?? throw new JsonException("null");
            }
            catch (Exception e) when (e is HttpRequestException or JsonException
                || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (time.GetUtcNow() > deadline)
                {
                    throw new CannotStartException(
                        $"The vendor sandbox does not answer at {sandbox}. Start it first, with `sandbox`, or let this process run it too.",
                        e);
                }

                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
