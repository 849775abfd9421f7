using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.DemoPage;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

/// <summary>
/// What <c>dotnet run --project functions/OptOut.Local</c> starts, with the demo page, on free ports and in a temporary folder.
/// </summary>
public sealed partial class DemoSystem : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private LocalSystem? _system;
    private HttpClient? _client;

    /// <summary>Follows no redirects, so that tests see them.</summary>
    internal HttpClient Client => _client!;

    internal Uri Address => _system!.Functions!.Address;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var arguments = new Arguments { DataFolder = _data.Path };
        _system = await LocalSystem.StartAsync(
            arguments, TextWriter.Null, DemoSite.Map, logging => logging.SetMinimumLevel(LogLevel.None), Cancel);
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
        {
            BaseAddress = Address,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_system is not null)
            await _system.DisposeAsync();
        _data.Dispose();
    }

    internal async Task<Answer> GetAsync(string path) => await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Posts as a browser posts a form of this page.</summary>
    internal Task<Answer> PressAsync(string path) => PostAsync(path, "same-origin");

    /// <param name="path">The path to post to.</param>
    /// <param name="site">The value of the header Sec-Fetch-Site; null to send none, as a client that is not a browser does.</param>
    internal async Task<Answer> PostAsync(string path, string? site)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = OptOutHost.Form("") };
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        return await AnswerAsync(request);
    }

    internal async Task<Answer> AnswerAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await Client.SendAsync(request, Cancel);
            var headers = response.Headers
                .Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
            return new Answer((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    /// <summary>The page with a mail selected.</summary>
    internal async Task<DemoScreen> ShowAsync(string mail)
    {
        var answer = await GetAsync($"/?mail={mail}");
        Assert.Equal(200, answer.Status);
        return new DemoScreen(answer.Body);
    }

    /// <summary>Reloads the page, as its Reload link does, until it shows what is expected.</summary>
    internal async Task<DemoScreen> UntilAsync(string mail, Func<DemoScreen, bool> shows)
    {
        DemoScreen? screen = null;
        await OptOutHost.UntilAsync(async () => shows(screen = await ShowAsync(mail)), $"the page of {mail} shows what is expected");
        return screen!;
    }

    /// <summary>Waits until the vendors have confirmed every push about the people on the page.</summary>
    internal async Task QuietAsync()
    {
        foreach (var mail in (string[])["lotte-newsletter", "amelie-offers", "jonas-events", "orla-newsletter"])
        {
            await UntilAsync(
                mail,
                page => !page["p-vendors"].Contains("waiting", StringComparison.Ordinal)
                    && !page["p-timeline"].Contains("waiting", StringComparison.Ordinal));
        }
    }

    /// <summary>The demo page as plain text.</summary>
    internal sealed partial class DemoScreen(string html)
    {
        public string Html => html;

        /// <summary>The text of the part of the page with this id.</summary>
        public string this[string id]
        {
            get
            {
                var begin = html.IndexOf($"id=\"{id}\"", StringComparison.Ordinal);
                Assert.True(begin >= 0, $"The page has no #{id}.");
                var end = Next().Match(html, begin + 1) is { Success: true } next ? next.Index : html.Length;
                return Words(html[(html.IndexOf('>', begin) + 1)..end]);
            }
        }

        // A part ends where the next part begins.
        [GeneratedRegex("""<(?:div id="p-|section |article |footer|nav )""", RegexOptions.None, 1000)]
        private static partial Regex Next();
    }

    internal static string Words(string html) => Space().Replace(WebUtility.HtmlDecode(Tag().Replace(html, " ")), " ").Trim();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Space();
}
