using System.Net;
using Microsoft.AspNetCore.Http;
using OptOut.Platform.Limits;

namespace OptOut.Tests.Platform.Limits;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::")]
    public void A_client_is_an_IPv4_address_or_an_IPv6_network(string connection, string client) =>
        Assert.Equal(Written(IPAddress.Parse(client)), Client(IPAddress.Parse(connection)));

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::")]
    [InlineData("2001:db8:1:ffff::", "2001:db8:1::")]
    [InlineData("203.0.113.7", null)]
    [InlineData("::ffff:203.0.113.7", null)]
    [InlineData(null, null)]
    public void A_site_is_the_48_bits_before_an_IPv6_network_and_IPv4_has_none(string? connection, string? site)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = connection is null ? null : IPAddress.Parse(connection);
        var bytes = new byte[16];

        var length = ClientAddress.WriteSite(context.Connection, bytes);

        Assert.Equal(site is null ? [] : IPAddress.Parse(site).GetAddressBytes()[..6], bytes[..length]);
    }

    [Fact]
    public void A_connection_without_an_address_has_an_empty_client_address() => Assert.Empty(Client(null));

    private static byte[] Client(IPAddress? connection)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = connection;
        var bytes = new byte[16];
        return bytes[..ClientAddress.Write(context.Connection, bytes)];
    }

    private static byte[] Written(IPAddress address) =>
        address.GetAddressBytes() is { Length: 16 } v6 ? v6[..8] : address.GetAddressBytes();
}
