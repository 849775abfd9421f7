using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OptOut.Tests.Browser;

/// <summary>
/// A browser window of a person who was never here before, under watch: an error on the console (a breach of the content security policy is
/// one), an exception in a script, a request to anywhere else, or a cookie fails whoever opened it.
/// </summary>
internal sealed class Tab
{
    private readonly ConcurrentQueue<(string Where, string Text)> _console = [];
    private readonly ConcurrentQueue<string> _problems = [];
    private readonly ConcurrentBag<string> _refusals = [];
    private readonly Uri _site;

    private Tab(IPage page, Uri site)
    {
        (Page, _site) = (page, site);
        Watch(page);
        page.Context.Page += (_, another) => Watch(another);
        page.Context.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } to && to.Authority != site.Authority)
                _problems.Enqueue($"asked {request.Url} for something");
        };
    }

    public IPage Page { get; }

    /// <summary>How often the person did something: opened an address, pressed, ticked, typed.</summary>
    public int Actions { get; private set; }

    /// <param name="chromium">The browser.</param>
    /// <param name="site">The only place that may be asked for anything.</param>
    /// <param name="visit">What the person does.</param>
    /// <param name="script">False: JavaScript is off.</param>
    public static async Task OpenAsync(Chromium chromium, Uri site, Func<Tab, Task> visit, bool script = true)
    {
        var browser = await chromium.BrowserAsync();
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = site.AbsoluteUri, JavaScriptEnabled = script, Locale = "en-GB", ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(15_000);
        var tab = new Tab(await context.NewPageAsync(), site);
        await visit(tab);
        Assert.Empty(await context.CookiesAsync());
        Assert.Empty(tab.Problems());
    }

    public async Task GoAsync(string address)
    {
        Actions++;
        await Page.GotoAsync(address);
    }

    /// <summary>Presses the one button or link of this name, and waits until the page it leads to is there.</summary>
    public async Task PressAsync(string name)
    {
        Actions++;
        await Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).Or(Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true })).ClickAsync();
    }

    public async Task TypeAsync(string label, string text)
    {
        Actions++;
        await Page.GetByLabel(label, new() { Exact = true }).FillAsync(text);
    }

    public Task<string> HeadingAsync() => Page.Locator("h1").InnerTextAsync();

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _console.Enqueue((message.Location, message.Text));
        };
        page.PageError += (_, error) => _problems.Enqueue(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400 && response.Request.IsNavigationRequest)
                _refusals.Add(response.Url);
        };
    }

    // The browser calls every page that answers 4xx or 5xx an error. Such a page is one of ours, on purpose; anything it loads is not.
    private IEnumerable<string> Problems() => _problems.Concat(_console
        .Where(said => !(said.Text.StartsWith("Failed to load resource: the server responded with a status of ", StringComparison.Ordinal) && _refusals.Any(page => said.Where.StartsWith(page, StringComparison.Ordinal))))
        .Select(said => $"{said.Text} ({said.Where}, on {_site})"));
}
