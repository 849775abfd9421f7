using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Xml;

namespace OptOut.Company;

/// <summary>
/// Looks at a logo before any page holds it. In an <c>img</c> element neither kind can run or load anything, so what is checked is that a
/// person will see it.
/// </summary>
internal static class Logo
{
    /// <summary>Characters of the data URI: with the style sheet it leaves a page within 30 KB.</summary>
    public const int MaxLength = 8 * 1024;

    private const string Svg = "data:image/svg+xml;base64,", Png = "data:image/png;base64,";
    private const string Fix = "give a data URI that begins with 'data:image/svg+xml;base64,' or 'data:image/png;base64,', or leave it empty.";

    /// <returns>What is wrong with it and the mend, to stand after the setting's name; null when it is good or empty.</returns>
    public static string? Problem(string logo)
    {
        if (logo.Length == 0)
            return null;
        if (logo.Length > MaxLength)
            return string.Create(CultureInfo.InvariantCulture, $"is {logo.Length} characters; a page holds it whole, so give one of at most {MaxLength}, or leave it empty.");
        if (logo.StartsWith(Png, StringComparison.Ordinal))
            return TryDecode(logo[Png.Length..], out var png) && png is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] ? null : $"says it is a PNG and is not; {Fix}";
        if (logo.StartsWith(Svg, StringComparison.Ordinal))
            return TryDecode(logo[Svg.Length..], out var svg) && IsSvg(svg) ? null : $"says it is an SVG and is not; {Fix}";
        return $"is not a picture that stands in the page itself; {Fix}";
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
            using var reader = XmlReader.Create(new StringReader(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF')), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
            var svg = reader.MoveToContent() == XmlNodeType.Element && reader is { LocalName: "svg", NamespaceURI: "http://www.w3.org/2000/svg" };
            while (reader.Read())
            {
                // To the end: a picture cut short shows nothing.
            }

            return svg;
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException)
        {
            return false;
        }
    }
}
