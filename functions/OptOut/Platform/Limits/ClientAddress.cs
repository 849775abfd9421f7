using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Limits;

/// <summary>The network address that a request comes from. Personal data: it is hashed at once, and never stored or logged.</summary>
internal static class ClientAddress
{
    // A household or a server has a /64 of its own (RFC 6177), and may use every address in it.
    private const int Ipv6PrefixBytes = 8;

    /// <summary>
    /// Writes the network that the request is counted for: 4 bytes for IPv4, or the first 8 for IPv6. The connection's address is already
    /// the client's: the Functions host replaces X-Forwarded-For, and the worker reads the address from it, or from
    /// <see cref="LimitOptions.ClientAddressHeader"/>.
    /// </summary>
    /// <param name="connection">The connection of the request.</param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>The number of bytes written; 0 if the connection has no address, as in a test server.</returns>
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
