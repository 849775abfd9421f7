namespace OptOut.Company;

/// <summary>The colours of a page in the light or in the dark. All but the accent are ours, so that every page can be read whoever's it is.</summary>
/// <param name="Paper">Behind everything.</param>
/// <param name="Soft">Behind what is set apart.</param>
/// <param name="Ink">Text.</param>
/// <param name="Line">Borders of what can be typed in or ticked: 3:1 against both papers (WCAG 2.2 SC 1.4.11).</param>
/// <param name="Bad">An error.</param>
/// <param name="Accent">Buttons and links: the controller's own.</param>
/// <param name="OnAccent">Text on a button.</param>
internal sealed record Palette(Colour Paper, Colour Soft, Colour Ink, Colour Line, Colour Bad, Colour Accent, Colour OnAccent)
{
    /// <summary>WCAG 2.2 SC 1.4.3, for text of any size.</summary>
    public const double MinimumContrast = 4.5;

    public static Palette Light(Colour accent) => new(
        Colour.White, Colour.Parse("#f3f5f8"), Colour.Parse("#1b1f24"), Colour.Parse("#6b737c"), Colour.Parse("#a3121f"), accent, Colour.White);

    public static Palette Dark(Colour accent) => new(
        Colour.Parse("#14171b"), Colour.Parse("#20252b"), Colour.Parse("#eef0f2"), Colour.Parse("#949ba4"), Colour.Parse("#ff9aa2"), accent, Colour.Parse("#0a1420"));

    /// <summary>What the accent is read against, or read on it.</summary>
    private IEnumerable<(string What, Colour Colour)> Grounds => [("the page", Paper), ("a page's grey panel", Soft), ("the text on a button", OnAccent)];

    /// <summary>The ground on which the accent is read worst, and how badly.</summary>
    public (string What, Colour Colour, double Contrast) Worst => Grounds.Select(g => (g.What, g.Colour, Accent.Contrast(g.Colour))).MinBy(g => g.Item3);
}
