using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Limits;

/// <summary>The network address that a request comes from. Personal data: it is hashed at once, and never stored or logged.</summary>
internal static class ClientAddress
{
    // A household or a server has a /64 of its own, and a site has a /48 (RFC 6177): each may use every address in it.
    private const int Ipv6ClientBytes = 8, Ipv6SiteBytes = 6;

    /// <summary>
    /// Writes the client that the request is counted for: 4 bytes for IPv4, or the first 8 for IPv6. The connection's address is already
    /// the client's: the Functions host replaces X-Forwarded-For, and the worker reads the address from it, or from
    /// <see cref="LimitOptions.ClientAddressHeader"/>.
    /// </summary>
    /// <param name="connection">The connection of the request.</param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>The number of bytes written; 0 if the connection has no address, as in a test server.</returns>
    public static int Write(ConnectionInfo connection, Span<byte> destination)
    {
        if (Address(connection) is not { } address)
            return 0;
        address.TryWriteBytes(destination, out var written);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Ipv6ClientBytes : written;
    }

    /// <summary>Writes the /48 that contains the client: the first 6 bytes of an IPv6 address.</summary>
    /// <param name="connection">The connection of the request.</param>
    /// <param name="destination">At least 16 bytes.</param>
    /// <returns>The number of bytes written; 0 for IPv4, whose clients cannot choose among many addresses.</returns>
    public static int WriteSite(ConnectionInfo connection, Span<byte> destination) =>
        Address(connection) is { AddressFamily: AddressFamily.InterNetworkV6 } address && address.TryWriteBytes(destination, out _)
            ? Ipv6SiteBytes
            : 0;

    private static IPAddress? Address(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : connection.RemoteIpAddress;
}
