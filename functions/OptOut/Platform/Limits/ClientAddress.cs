using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Limits;

/// <summary>Whom a request comes from, as far as the network can tell. Personal data: it is hashed at once, and never kept or logged.</summary>
internal static class ClientAddress
{
    // A household or a server has a /64 to itself (RFC 6177), and may use every address in it.
    private const int Ipv6PrefixBytes = 8;

    /// <summary>
    /// Writes the network the request counts for: 4 bytes of IPv4, or the first 8 of IPv6. The connection's address is already the client's:
    /// the Functions host replaces X-Forwarded-For, and the worker takes the address out of it, or out of
    /// <see cref="LimitOptions.ClientAddressHeader"/>.
    /// </summary>
    /// <param name="connection">The request's.</param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>Bytes written; 0 when the connection has no address, as in a test server.</returns>
    public static int Write(ConnectionInfo connection, Span<byte> destination)
    {
        if (connection.RemoteIpAddress is not { } address)
            return 0;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        address.TryWriteBytes(destination, out var written);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Ipv6PrefixBytes : written;
    }
}
