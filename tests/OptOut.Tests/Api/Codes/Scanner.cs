using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;

namespace OptOut.Tests.Api.Codes;

/// <summary>Reads a QR code from its pixels, like a phone's camera, with another library than the one that drew it.</summary>
internal static class Scanner
{
    private const int PixelsPerModule = 4;

    public static string ReadSvg(string svg) => Read(Raster(svg));

    public static string ReadPng(byte[] png) => Read(Pixels(png));

    /// <summary>The modules of an SVG by row, quiet zone included; true is dark.</summary>
    public static bool[][] Modules(string svg)
    {
        XNamespace ns = "http://www.w3.org/2000/svg";
        var root = XDocument.Parse(svg).Root!;
        var size = int.Parse(root.Attribute("viewBox")!.Value.Split(' ')[2], CultureInfo.InvariantCulture);
        var modules = Enumerable.Range(0, size).Select(_ => new bool[size]).ToArray();
        var path = root.Elements(ns + "path").Last().Attribute("d")!.Value;
        Assert.Matches(@"\A(M\d+ \d+h\d+v1H\d+z)+\z", path);
        foreach (Match run in Regex.Matches(path, @"M(\d+) (\d+)h(\d+)"))
        {
            var (x, y, length) = (Number(run.Groups[1]), Number(run.Groups[2]), Number(run.Groups[3]));
            modules[y].AsSpan(x, length).Fill(true);
        }

        return modules;

        static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    private static byte[][] Raster(string svg) =>
        [.. Modules(svg).SelectMany(row => Enumerable.Repeat(
            row.SelectMany(dark => Enumerable.Repeat(dark ? (byte)0 : (byte)255, PixelsPerModule)).ToArray(), PixelsPerModule))];

    private static string Read(byte[][] rows)
    {
        var source = new RGBLuminanceSource(
            [.. rows.SelectMany(r => r)], rows[0].Length, rows.Length, RGBLuminanceSource.BitmapFormat.Gray8);
        var result = new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)));
        Assert.NotNull(result);
        Assert.Equal("M", result.ResultMetadata[ResultMetadataType.ERROR_CORRECTION_LEVEL]);
        return result.Text;
    }

    // The subset of PNG (ISO/IEC 15948) that is used here: one greyscale bit per pixel, no interlacing, unfiltered rows.
    private static byte[][] Pixels(byte[] png)
    {
        Assert.Equal([0x89, .. "PNG\r\n\u001a\n"u8], png[..8]);
        var (width, height) = (0, 0);
        using var data = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var chunk = png.AsSpan(at + 8, length);
            switch (Encoding.ASCII.GetString(png, at + 4, 4))
            {
                case "IHDR":
                    (width, height) = (BinaryPrimitives.ReadInt32BigEndian(chunk), BinaryPrimitives.ReadInt32BigEndian(chunk[4..]));
                    Assert.Equal([1, 0, 0, 0, 0], chunk[8..].ToArray());
                    break;
                case "IDAT":
                    data.Write(chunk);
                    break;
            }

            at += 12 + length;
        }

        data.Position = 0;
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionMode.Decompress))
            zlib.CopyTo(inflated);
        var stride = 1 + ((width + 7) / 8);
        Assert.Equal(stride * height, inflated.Length);
        return [.. inflated.ToArray().Chunk(stride).Select(line =>
        {
            Assert.Equal(0, line[0]);
            return Enumerable.Range(0, width).Select(x => (line[1 + (x / 8)] >> (7 - (x % 8)) & 1) == 1 ? (byte)255 : (byte)0).ToArray();
        })];
    }
}
