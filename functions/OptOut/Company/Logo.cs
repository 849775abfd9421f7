using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Xml;

namespace OptOut.Company;

/// <summary>
/// Validates a logo before a page uses it. In an <c>img</c> element neither format can run scripts or load anything, so the checks only
/// make sure that it will be displayed.
/// </summary>
internal static class Logo
{
    /// <summary>Maximum length of the data URI in characters. With it and the style sheet, a page stays within 30 KB.</summary>
    public const int MaxLength = 8 * 1024;

    private const string Svg = "data:image/svg+xml;base64,", Png = "data:image/png;base64,";
    private const string Fix =
        "give a data URI that begins with 'data:image/svg+xml;base64,' or 'data:image/png;base64,', or leave it empty.";

    /// <returns>What is wrong and the fix, to follow the setting's name in a sentence; null if the logo is valid or empty.</returns>
    public static string? FindProblem(string logo)
    {
        if (logo.Length == 0)
            return null;
        if (logo.Length > MaxLength)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"is {logo.Length} characters; every page contains it, so give one of at most {MaxLength}, or leave it empty.");
        }

        if (logo.StartsWith(Png, StringComparison.Ordinal))
        {
            return TryDecode(logo[Png.Length..], out var png) && png is [0x89, (byte)'P', (byte)'N', (byte)'G', ..]
                ? null
                : $"is declared as a PNG but is not one; {Fix}";
        }

        if (logo.StartsWith(Svg, StringComparison.Ordinal))
            return TryDecode(logo[Svg.Length..], out var svg) && IsSvg(svg) ? null : $"is declared as an SVG but is not one; {Fix}";
        return $"is not an embedded picture; {Fix}";
    }

    private static bool TryDecode(string base64, out byte[] bytes)
    {
        bytes = Base64.IsValid(base64) ? Convert.FromBase64String(base64) : [];
        return bytes.Length > 0;
    }

    private static bool IsSvg(byte[] bytes)
    {
        try
        {
            using var reader = XmlReader.Create(
                new StringReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF')),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var svg = reader.MoveToContent() == XmlNodeType.Element
                && reader is { LocalName: "svg", NamespaceURI: "http://www.w3.org/2000/svg" };
            while (reader.Read())
            {
                // Read to the end: a truncated picture is not displayed.
            }

            return svg;
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException)
        {
            return false;
        }
    }
}
