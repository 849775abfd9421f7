using System.Globalization;
using System.Net;
using System.Text;
using QRCoder;

namespace OptOut.Links;

/// <summary>
/// A QR code to print, with error correction M (readable with 15 % of it damaged) and the quiet zone of four modules that ISO/IEC 18004
/// requires. Always black on white, whatever the page's colours: readers fail on anything else.
/// </summary>
internal static class QrImage
{
    private const int PixelsPerModule = 10;

    public static string Svg(string content, string title)
    {
        using var data = Encode(content);
        var size = data.ModuleMatrix.Count;
        var svg = new StringBuilder(4096);
        svg.Append("""<svg xmlns="http://www.w3.org/2000/svg" role="img" shape-rendering="crispEdges" """)
            .Append(CultureInfo.InvariantCulture, $"""viewBox="0 0 {size} {size}"><title>{WebUtility.HtmlEncode(title)}</title>""")
            .Append(CultureInfo.InvariantCulture, $"""<path fill="#fff" d="M0 0h{size}v{size}H0z"/>""")
            .Append("<path fill=\"#000\" d=\"");
        for (var y = 0; y < size; y++)
        {
            var row = data.ModuleMatrix[y];
            for (var x = 0; x < size; x++)
            {
                var from = x;
                while (x < size && row[x])
                    x++;
                if (x > from)
                    svg.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1H{from}z");
            }
        }

        return svg.Append("\"/></svg>").ToString();
    }

    public static byte[] Png(string content)
    {
        using var data = Encode(content);
        using var png = new PngByteQRCode(data);
        return png.GetGraphic(PixelsPerModule, drawQuietZones: true);
    }

    private static QRCodeData Encode(string content) => QRCodeGenerator.GenerateQrCode(content, QRCodeGenerator.ECCLevel.M);
}
