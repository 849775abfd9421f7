using System.Globalization;
using Microsoft.Extensions.Options;

namespace OptOut.Company;

/// <summary>
/// Setting <c>OptOut:Brand</c>: how the pages look. The name, the privacy address and the links are in <c>OptOut:Controller</c>.
/// </summary>
public sealed class BrandOptions
{
    /// <summary>
    /// A picture as a data URI, <c>data:image/svg+xml;base64,...</c> or <c>data:image/png;base64,...</c>, at most 8192 characters. A page
    /// loads no external resources, so it contains the logo. Shown 48 px high on white; if empty, the name is shown instead.
    /// </summary>
    public string Logo { get; set; } = "";

    /// <summary>
    /// Colour of buttons and links in light mode: <c>#rrggbb</c>, at least 4.5:1 against white and our grey (WCAG 2.2 SC 1.4.3).
    /// </summary>
    public string Accent { get; set; } = "#0b4f9e";

    /// <summary>Colour of buttons and links in dark mode: <c>#rrggbb</c>, at least 4.5:1 against our near-black.</summary>
    public string AccentOnDark { get; set; } = "#8ec2ff";

    internal Palette Light => Palette.Light(Colour.Parse(Accent));

    internal Palette Dark => Palette.Dark(Colour.Parse(AccentOnDark));
}

internal sealed class BrandOptionsValidator : IValidateOptions<BrandOptions>
{
    public ValidateOptionsResult Validate(string? name, BrandOptions options)
    {
        var errors = new List<string>();
        if (Logo.FindProblem(options.Logo) is { } problem)
            errors.Add($"OptOut:Brand:Logo {problem}");
        Check("OptOut:Brand:Accent", options.Accent, Palette.Light, Colour.Black);
        Check("OptOut:Brand:AccentOnDark", options.AccentOnDark, Palette.Dark, Colour.White);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, string value, Func<Colour, Palette> palette, Colour extreme)
        {
            if (!Colour.TryParse(value, out var accent))
            {
                errors.Add($"{setting} is '{value}'; give a colour as #rrggbb, such as #0b4f9e.");
                return;
            }

            var (what, ground, contrast) = palette(accent).LowestContrast;
            if (contrast >= Palette.MinimumContrast)
                return;
            errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                // Rounded down, so that 4.49 is never shown as the required 4.5.
                $"{setting} is '{accent}'; its contrast against {what} ({ground}) is {Math.Floor(contrast * 100) / 100:0.00}:1, "
                    + $"and people need {Palette.MinimumContrast}:1 to read it. Give a "
                    + $"{(extreme == Colour.Black ? "darker" : "lighter")} colour, such as {Fixed(accent, palette, extreme)}."));
        }
    }

    // The nearest readable colour towards black or white. One of the two is always readable.
    private static Colour Fixed(Colour accent, Func<Colour, Palette> palette, Colour extreme) =>
        Enumerable.Range(1, 100)
            .Select(i => accent.Towards(extreme, i / 100.0))
            .First(c => palette(c).LowestContrast.Contrast >= Palette.MinimumContrast);
}
