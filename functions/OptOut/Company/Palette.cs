namespace OptOut.Company;

/// <summary>
/// The colours of a page in light or dark mode. Only the accent is configurable, so that every controller's pages are readable.
/// </summary>
/// <param name="Paper">The background of the page.</param>
/// <param name="Panel">The background of a panel.</param>
/// <param name="Ink">Text.</param>
/// <param name="Line">Borders of text boxes and check boxes: 3:1 against both backgrounds (WCAG 2.2 SC 1.4.11).</param>
/// <param name="Error">Error messages.</param>
/// <param name="Accent">Buttons and links, in the controller's colour.</param>
/// <param name="OnAccent">Text on a button.</param>
internal sealed record Palette(Colour Paper, Colour Panel, Colour Ink, Colour Line, Colour Error, Colour Accent, Colour OnAccent)
{
    /// <summary>WCAG 2.2 SC 1.4.3, for text of any size.</summary>
    public const double MinimumContrast = 4.5;

    public static Palette Light(Colour accent) => new(
        Colour.White,
        Colour.Parse("#f3f5f8"),
        Colour.Parse("#1b1f24"),
        Colour.Parse("#6b737c"),
        Colour.Parse("#a3121f"),
        accent,
        Colour.White);

    public static Palette Dark(Colour accent) => new(
        Colour.Parse("#14171b"),
        Colour.Parse("#20252b"),
        Colour.Parse("#eef0f2"),
        Colour.Parse("#949ba4"),
        Colour.Parse("#ff9aa2"),
        accent,
        Colour.Parse("#0a1420"));

    /// <summary>The colours that appear behind or on top of the accent.</summary>
    private IEnumerable<(string What, Colour Colour)> Counterparts =>
        [("the page", Paper), ("a page's grey panel", Panel), ("the text on a button", OnAccent)];

    /// <summary>The colour against which the accent has the lowest contrast, and that contrast.</summary>
    public (string What, Colour Colour, double Contrast) LowestContrast =>
        Counterparts.Select(c => (c.What, c.Colour, Accent.Contrast(c.Colour))).MinBy(c => c.Item3);
}
