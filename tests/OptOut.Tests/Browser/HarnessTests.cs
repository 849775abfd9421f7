namespace OptOut.Tests.Browser;

/// <summary>
/// Tests the checks themselves: each finds a fault that is put on a page on purpose. Otherwise a page could pass
/// because a check does nothing.
/// </summary>
public sealed class HarnessTests(Chromium chromium, SharedWindow window) : IClassFixture<SharedWindow>
{
    private const string Sound =
        """<!DOCTYPE html><html lang="en"><head><title>Sound</title></head><body style="background:#fff;color:#000">"""
        + """<main><h1>Sound</h1><p><button style="min-height:48px">Stop</button></p></main></body></html>""";

    [BrowserFact]
    public async Task A_faultless_page_has_no_problems()
    {
        var (axe, misfits, outOfReach) = await ProblemsAsync(Sound);

        Assert.Empty(axe.Concat(misfits).Concat(outOfReach));
    }

    [BrowserTheory]
    [InlineData("color:#000", "color:#aaa", "color-contrast")]
    [InlineData("""<html lang="en">""", "<html>", "html-has-lang")]
    [InlineData("<button", "<input><button", "label")]
    [InlineData("<main>", "<div>", "landmark-one-main")]
    [InlineData("<button", "<button tabindex=\"1\"", "tabindex")]
    public async Task Axe_reports_the_rule_that_a_page_breaks(string sound, string faulty, string rule) =>
        Assert.Contains(
            rule,
            string.Join('\n', (await ProblemsAsync(Sound.Replace(sound, faulty, StringComparison.Ordinal))).Axe),
            StringComparison.Ordinal);

    [BrowserTheory]
    [InlineData("""<p style="width:500px">Wide</p>""", "the page scrolls sideways: 508 px wide in 320")]
    [InlineData("""<p><a href="#">No</a></p>""", "<a> \"No\" is ")]
    [InlineData("""<p><button style="height:40px">Low</button></p>""", "<button> \"Low\" is 40 px high: too small for a main button")]
    [InlineData("""<p><button style="margin-left:-20px">Left</button></p>""", "<button> \"Left\" extends beyond the page")]
    [InlineData(
        """<p><button style="width:50px;height:48px;overflow:hidden;white-space:nowrap">Abcdefghijkl</button></p>""",
        "<button> \"Abcdefghijkl\" cuts off its text")]
    public async Task The_layout_check_reports_what_does_not_fit(string fault, string problem) =>
        Assert.Contains(
            problem,
            string.Join('\n', (await ProblemsAsync(Sound.Replace("</main>", fault + "</main>", StringComparison.Ordinal))).Misfits),
            StringComparison.Ordinal);

    [BrowserTheory]
    [InlineData("""<p><button style="outline:none">Hidden</button></p>""", "<button> \"Hidden\" does not show its focus")]
    [InlineData(
        """<p><button onkeydown="event.preventDefault()">Trap</button> <button>After</button></p>""",
        "Tab does not reach <button> \"After\" in order")]
    public async Task The_keyboard_check_reports_what_Tab_cannot_reach_or_show(string fault, string problem) =>
        Assert.Contains(
            problem,
            string.Join('\n', (await ProblemsAsync(Sound.Replace("</main>", fault + "</main>", StringComparison.Ordinal))).OutOfReach),
            StringComparison.Ordinal);

    [BrowserTheory]
    [InlineData("""<img src="http://elsewhere.example/pixel.gif" alt="">""", "requested http://elsewhere.example/pixel.gif")]
    [InlineData("""<script>nonsense()</script>""", "nonsense is not defined")]
    [InlineData("""<script>console.error("oops")</script>""", "oops")]
    [InlineData("""<img src="/missing.png" alt="">""", "404")]
    [InlineData("""<iframe src="/frame" title="Frame"></iframe>""", "Content Security Policy")]
    [InlineData("""<script>document.cookie = "seen=1"</script>""", "seen")]
    public async Task The_tab_reports_what_goes_wrong_on_a_page(string fault, string problem)
    {
        var seen = await Record.ExceptionAsync(() => Tab.OpenAsync(chromium, new Uri("http://127.0.0.1/"), async tab =>
        {
            await tab.Page.RouteAsync("**/*", route => route.FulfillAsync(new() { Status = 404 }));
            await tab.Page.RouteAsync("http://127.0.0.1/", route => route.FulfillAsync(new()
            {
                ContentType = "text/html",
                Headers = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["Content-Security-Policy"] = "object-src 'none'; frame-src 'none'",
                },
                Body = Sound.Replace("</main>", fault + "</main>", StringComparison.Ordinal),
            }));
            await tab.GoAsync("/");
        }));

        Assert.Contains(problem, Assert.IsAssignableFrom<Xunit.Sdk.XunitException>(seen).Message, StringComparison.Ordinal);
    }

    private async Task<(string[] Axe, string[] Misfits, string[] OutOfReach)> ProblemsAsync(string html)
    {
        var problems = (Axe: Array.Empty<string>(), Misfits: Array.Empty<string>(), OutOfReach: Array.Empty<string>());
        await window.VisitAsync(new Uri("http://127.0.0.1/"), async tab =>
        {
            await tab.Page.SetViewportSizeAsync(320, 640);
            await tab.Page.SetContentAsync(html);
            problems = (
                await Axe.ViolationsAsync(tab.Page),
                await Layout.MisfitsAsync(tab.Page, "button, .button"),
                await Layout.OutOfReachAsync(tab.Page));
        });
        return problems;
    }
}
