using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Api.Codes;

/// <summary>A code as a short link and as the picture of one.</summary>
internal sealed class CodeLinks(IOptions<LinkOptions> links, IOptions<ControllerOptions> controller)
{
    /// <summary><c>{OptOut:Links:BaseUrl}/q/{CODE}</c>.</summary>
    public Uri Create(PrintedCode code) => new($"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/q/{code.Compact}");

    /// <summary>
    /// What the picture says: the same link in capitals, which a QR code holds in two thirds of the room (ISO/IEC 18004, alphanumeric mode).
    /// Scheme and host mean the same in capitals (RFC 3986 section 6.2.2.1), and so does our own path; a path before it may be another server's,
    /// and is left as it is.
    /// </summary>
    public string Scanned(PrintedCode code)
    {
        var url = links.Value.BaseUrl!;
        if (url.AbsolutePath != "/")
            return Create(code).AbsoluteUri;
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
        return $"{url.Scheme}://{host}{(url.IsDefaultPort ? "" : $":{url.Port}")}/q/{code.Compact}".ToUpperInvariant();
    }

    /// <summary>For a page or a print program that scales: a few kilobytes.</summary>
    public string Svg(PrintedCode code) => QrPicture.Svg(Scanned(code), controller.Value.Language["codes.qr"]);

    /// <summary>For a program that takes no SVG: ten pixels a module, black and white.</summary>
    public byte[] Png(PrintedCode code) => QrPicture.Png(Scanned(code));
}
