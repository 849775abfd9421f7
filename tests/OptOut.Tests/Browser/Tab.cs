using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OptOut.Tests.Browser;

/// <summary>
/// A browser window that watches for problems. The test fails on an error on the console (such as a violation of the content security
/// policy), an exception in a script, a request to another site, or a cookie.
/// </summary>
internal sealed class Tab
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(45);

    private readonly ConcurrentQueue<(string Where, string Text)> _console = [];
    private readonly ConcurrentQueue<string> _problems = [];
    private readonly ConcurrentBag<string> _errorPages = [];

    private Tab(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>How often the person did something: opened an address, pressed a button, typed.</summary>
    public int Actions { get; private set; }

    /// <param name="chromium">The browser.</param>
    /// <param name="site">The base address for addresses without a host.</param>
    /// <param name="visit">What the person does.</param>
    /// <param name="script">Whether JavaScript is on.</param>
    public static async Task OpenAsync(Chromium chromium, Uri site, Func<Tab, Task> visit, bool script = true)
    {
        await using var context = await NewContextAsync(chromium, site, script);
        await VisitAsync(await context.NewPageAsync(), visit);
    }

    /// <summary>A window without a past, which stores nothing that outlives it.</summary>
    internal static async Task<IBrowserContext> NewContextAsync(Chromium chromium, Uri site, bool script)
    {
        var browser = await chromium.BrowserAsync();
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = site.AbsoluteUri,
            JavaScriptEnabled = script,
            Locale = "en-GB",
            ReducedMotion = ReducedMotion.Reduce, // A colour in transition would have the wrong contrast.
            ViewportSize = new() { Width = 1280, Height = 900 },
        });
        context.SetDefaultTimeout((float)Timeout.TotalMilliseconds);
        return context;
    }

    /// <summary>A visit in a window that may have had another before.</summary>
    internal static async Task VisitAsync(IPage page, Func<Tab, Task> visit)
    {
        var tab = new Tab(page);
        tab.Watch(page);
        page.Context.Page += tab.WatchAnother;
        page.Context.Request += tab.WatchRequest;
        await visit(tab);
        page.Context.Request -= tab.WatchRequest;
        page.Context.Page -= tab.WatchAnother;
        tab.Unwatch(page);
        string[] problems = [.. tab.Problems(), .. (await page.Context.CookiesAsync()).Select(cookie => $"stores a cookie: {cookie.Name}")];
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    public async Task GoAsync(string address)
    {
        Actions++;
        await Page.GotoAsync(address);
    }

    /// <summary>Presses the button or link with this name and waits until the page it leads to has loaded.</summary>
    public async Task PressAsync(string name)
    {
        Actions++;
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Arrive(object? sender, IPage page) => arrived.TrySetResult();
        Page.DOMContentLoaded += Arrive;
        await Named(name).ClickAsync();
        await arrived.Task.WaitAsync(Timeout);
        Page.DOMContentLoaded -= Arrive;
    }

    /// <summary>The content of the file that the link with this name downloads.</summary>
    public async Task<string> DownloadAsync(string name)
    {
        Actions++;
        var download = await Page.RunAndWaitForDownloadAsync(() => Named(name).ClickAsync());
        return await File.ReadAllTextAsync(await download.PathAsync());
    }

    public async Task TypeAsync(string label, string text)
    {
        Actions++;
        await Page.GetByLabel(label, new() { Exact = true }).First.FillAsync(text);
    }

    public Task<string> HeadingAsync() => Page.Locator("h1").InnerTextAsync();

    private ILocator Named(string name) =>
        Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })
            .Or(Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }));

    private void Watch(IPage page)
    {
        page.Console += WatchConsole;
        page.PageError += WatchError;
        page.Response += WatchResponse;
    }

    private void Unwatch(IPage page)
    {
        page.Console -= WatchConsole;
        page.PageError -= WatchError;
        page.Response -= WatchResponse;
    }

    private void WatchAnother(object? sender, IPage another) => Watch(another);

    private void WatchRequest(object? sender, IRequest request)
    {
        // A page may load only from its own origin, and navigate only to our own pages.
        if (new Uri(request.Url) is { Scheme: "http" or "https" } to
            && !(request.IsNavigationRequest ? to.IsLoopback : to.Authority == new Uri(request.Frame.Url).Authority))
        {
            _problems.Enqueue($"requested {request.Url}");
        }
    }

    private void WatchConsole(object? sender, IConsoleMessage message)
    {
        if (message.Type is "error" or "warning")
            _console.Enqueue((message.Location, message.Text));
    }

    private void WatchError(object? sender, string error) => _problems.Enqueue(error);

    private void WatchResponse(object? sender, IResponse response)
    {
        if (response.Status >= 400 && response.Request.IsNavigationRequest)
            _errorPages.Add(response.Url);
    }

    // The browser logs an error for every page with status 4xx or 5xx. Our own error pages are intended; an error in
    // anything they load is not.
    private IEnumerable<string> Problems() => _problems.Concat(_console
        .Where(message =>
            !(message.Text.StartsWith("Failed to load resource: the server responded with a status of ", StringComparison.Ordinal)
                && _errorPages.Any(page => message.Where.StartsWith(page, StringComparison.Ordinal))))
        .Select(message => $"{message.Text} ({message.Where})"));
}
