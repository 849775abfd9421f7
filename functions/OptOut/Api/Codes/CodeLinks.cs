using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Api.Codes;

/// <summary>A printed code as a short link and as the QR code of that link.</summary>
internal sealed class CodeLinks(IOptions<LinkOptions> links, IOptions<ControllerOptions> controller)
{
    /// <summary><c>{OptOut:Links:BaseUrl}/q/{CODE}</c>.</summary>
    public Uri Create(PrintedCode code) => new($"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/q/{code.Compact}");

    /// <summary>
    /// The content of the QR code: the same link in capitals, which takes two thirds of the space in a QR code (ISO/IEC 18004, alphanumeric
    /// mode). Scheme and host are case-insensitive (RFC 3986 section 6.2.2.1), and so is our own path; a path in front of it may belong to
    /// another server, so a link with one is left as it is.
    /// </summary>
    public string QrContent(PrintedCode code)
    {
        var url = links.Value.BaseUrl!;
        if (url.AbsolutePath != "/")
            return Create(code).AbsoluteUri;
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
        return $"{url.Scheme}://{host}{(url.IsDefaultPort ? "" : $":{url.Port}")}/q/{code.Compact}".ToUpperInvariant();
    }

    /// <summary>For a page or for a print program that scales pictures: a few kilobytes.</summary>
    public string Svg(PrintedCode code) => QrImage.Svg(QrContent(code), controller.Value.Language["codes.qr"]);

    /// <summary>For a program that does not accept SVG: ten pixels per module, black and white.</summary>
    public byte[] Png(PrintedCode code) => QrImage.Png(QrContent(code));
}
