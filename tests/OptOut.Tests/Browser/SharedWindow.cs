using Microsoft.Playwright;

namespace OptOut.Tests.Browser;

/// <summary>
/// One window for the tests of a class, which visit one after the other. A new window costs a second of processor time and forgets the compiled
/// axe-core, which is most of what a short visit costs. For tests that nothing earlier in the window can influence: each goes to an address
/// of its own, and <see cref="Tab"/> fails those that store a cookie. After a failure the next visit gets a new window.
/// </summary>
public sealed class SharedWindow(Chromium chromium) : IAsyncDisposable
{
    private IPage? _page;

    internal async Task VisitAsync(Uri site, Func<Tab, Task> visit)
    {
        var page = _page ?? await (await Tab.NewContextAsync(chromium, site, script: true)).NewPageAsync();
        _page = null;
        try
        {
            await Tab.VisitAsync(page, visit);
        }
        catch
        {
            await page.Context.DisposeAsync();
            throw;
        }

        _page = page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.Context.DisposeAsync();
    }
}
