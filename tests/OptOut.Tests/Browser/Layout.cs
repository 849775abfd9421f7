using System.Text.Json;
using Microsoft.Playwright;

namespace OptOut.Tests.Browser;

/// <summary>
/// What axe does not test: whether everything fits, is large enough for a finger, can be reached with a keyboard, and shows its focus.
/// </summary>
internal static class Layout
{
    // A checkbox and its label are one target. Links in a line of text are exempt (WCAG 2.5.8, "inline"). Content that scrolls in its own
    // region may be wider than the page.
    private const string Fits =
        """
        large => {
          const problems = [], page = document.documentElement;
          if (page.scrollWidth > page.clientWidth)
            problems.push(`the page scrolls sideways: ${page.scrollWidth} px wide in ${page.clientWidth}`);
          const scrolls = e => e && (e !== document.body && /auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
          const name = e => `<${e.localName}> "${(e.innerText || e.getAttribute("aria-label") || e.name || "").trim().slice(0, 50)}"`;
          const inline = e => e.localName === "a" && getComputedStyle(e).display === "inline"
            && e.parentElement.innerText.trim() !== e.innerText.trim();
          for (const e of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
            if (e.closest("[aria-hidden=true]") || !e.checkVisibility({ visibilityProperty: true }) || inline(e)) continue;
            const boxes = [e, ...(e.labels ?? [])].map(part => part.getBoundingClientRect());
            const [left, top] = [Math.min(...boxes.map(b => b.left)), Math.min(...boxes.map(b => b.top))];
            const [right, bottom] = [Math.max(...boxes.map(b => b.right)), Math.max(...boxes.map(b => b.bottom))];
            if (right + scrollX < 1) continue; // a skip link, which comes into view with the focus
            if (right - left < 24 || bottom - top < 24)
              problems.push(`${name(e)} is ${Math.round(right - left)} x ${Math.round(bottom - top)} px: too small to hit`);
            if (e.matches(large) && bottom - top < 44)
              problems.push(`${name(e)} is ${Math.round(bottom - top)} px high: too small for a main button`);
            if (!scrolls(e.parentElement) && (left < 0 || right > page.clientWidth + 0.5))
              problems.push(`${name(e)} extends beyond the page`);
            if (e.matches("button, .button") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
              problems.push(`${name(e)} cuts off its text`);
          }
          return problems;
        }
        """;

    private const string Reachable =
        """
        () => {
          window.met = [];
          const seen = e => !e.closest("[aria-hidden=true]") && e.checkVisibility({ visibilityProperty: true });
          const all = document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden]), iframe");
          window.expected = [...all].filter(e => seen(e) && e.tabIndex >= 0);
          // Start at the top, even on a page that sets the focus somewhere itself.
          document.body.tabIndex = -1;
          document.body.focus();
          document.body.removeAttribute("tabindex");
          return window.expected.length;
        }
        """;

    private const string Meet =
        """
        () => {
          const e = document.activeElement;
          if (!e || e === document.body) return "";
          window.met.push(e);
          if (e.localName === "iframe") return "";
          const { outlineStyle, outlineWidth } = getComputedStyle(e), box = e.getBoundingClientRect();
          const what = `<${e.localName}> "${(e.innerText || e.name || "").trim().slice(0, 50)}"`;
          if (outlineStyle === "none" || outlineStyle !== "auto" && parseFloat(outlineWidth) < 2) return `${what} does not show its focus`;
          if (box.bottom < 1 || box.top > innerHeight - 1) return `${what} has the focus but is out of view`;
          return "";
        }
        """;

    private const string Order =
        """
        () => {
          const met = window.met.filter(e => window.expected.includes(e));
          const wrong = window.expected.find((e, i) => met[i] !== e);
          if (!wrong) return "";
          return `Tab does not reach <${wrong.localName}> "${(wrong.innerText || wrong.name || "").trim().slice(0, 50)}" in order`;
        }
        """;

    /// <param name="page">The page, at its current width.</param>
    /// <param name="large">A CSS selector for the elements that must be at least 44 px high.</param>
    public static async Task<string[]> MisfitsAsync(IPage page, string large) =>
        (await page.EvaluateAsync<JsonElement>(Fits, large)).Deserialize<string[]>()!;

    /// <summary>Moves through the page with the Tab key alone.</summary>
    public static async Task<string[]> OutOfReachAsync(IPage page)
    {
        var problems = new List<string>();
        var count = await page.EvaluateAsync<int>(Reachable);
        for (var i = 0; i < count + 3; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            problems.Add(await page.EvaluateAsync<string>(Meet));
        }

        problems.Add(await page.EvaluateAsync<string>(Order));
        return [.. problems.Where(problem => problem.Length > 0).Distinct(StringComparer.Ordinal)];
    }
}
