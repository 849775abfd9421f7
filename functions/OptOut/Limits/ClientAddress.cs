using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OptOut.Limits;

/// <summary>Whom a request comes from, as far as the network can tell. Personal data: it is hashed at once, and never kept or logged.</summary>
internal static class ClientAddress
{
    private const string ForwardedFor = "X-Forwarded-For";

    // A household or a server has a /64 to itself (RFC 6177), and may use every address in it.
    private const int Ipv6PrefixBytes = 8;

    /// <summary>
    /// Writes the network the request counts for: 4 bytes of IPv4, or the first 8 of IPv6.
    /// </summary>
    /// <param name="request">As it arrived.</param>
    /// <param name="trustedProxies">
    /// How many proxies of ours it went through. Each adds its caller's address at the right of the header, so the client's stands that many from the right;
    /// what stands further left was written by the client itself and means nothing.
    /// </param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>Bytes written; 0 when the connection has no address, as in a test server.</returns>
    public static int Write(HttpRequest request, int trustedProxies, Span<byte> destination)
    {
        var address = Forwarded(request, trustedProxies) ?? request.HttpContext.Connection.RemoteIpAddress;
        if (address is null)
            return 0;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        address.TryWriteBytes(destination, out var written);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Ipv6PrefixBytes : written;
    }

    private static IPAddress? Forwarded(HttpRequest request, int trustedProxies)
    {
        if (trustedProxies == 0)
            return null;

        // A header sent several times is one list, in order (RFC 9110 section 5.2).
        ReadOnlySpan<char> list = request.Headers[ForwardedFor].ToString();
        ReadOnlySpan<char> entry = default;
        for (var hop = 0; hop < trustedProxies && !list.IsEmpty; hop++)
        {
            var comma = list.LastIndexOf(',');
            entry = list[(comma + 1)..].Trim();
            list = comma < 0 ? default : list[..comma];
        }

        // Azure's front end writes the port too: 203.0.113.7:51234, [2001:db8::7]:51234.
        return IPEndPoint.TryParse(entry, out var endPoint) ? endPoint.Address : null;
    }
}
