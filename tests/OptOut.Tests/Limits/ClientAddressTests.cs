using System.Net;
using Microsoft.AspNetCore.Http;
using OptOut.Limits;

namespace OptOut.Tests.Limits;

public sealed class ClientAddressTests
{
    private const string Proxy = "10.0.0.9";

    [Theory]
    [InlineData(0, null, Proxy)]
    [InlineData(0, "203.0.113.7", Proxy)] // Anybody may write the header.
    [InlineData(1, "203.0.113.7", "203.0.113.7")]
    [InlineData(1, "203.0.113.7:51234", "203.0.113.7")] // As Azure's front end writes it.
    [InlineData(1, " 198.51.100.1 , 203.0.113.7 ", "203.0.113.7")] // The left one was sent by the client.
    [InlineData(1, "1.1.1.1,2.2.2.2,3.3.3.3,203.0.113.7:1", "203.0.113.7")]
    [InlineData(2, "198.51.100.1, 203.0.113.7, 10.1.1.1", "203.0.113.7")]
    [InlineData(2, "203.0.113.7", "203.0.113.7")] // Came by the inner proxy alone: its caller is the client.
    [InlineData(3, "203.0.113.7, 10.1.1.1, 10.2.2.2", "203.0.113.7")]
    [InlineData(1, "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::")]
    [InlineData(1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData(1, "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::")]
    [InlineData(1, "::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData(1, null, Proxy)]
    [InlineData(1, "", Proxy)]
    [InlineData(1, "unknown", Proxy)]
    [InlineData(1, "203.0.113.7, nobody", Proxy)] // Not the client's own word instead.
    [InlineData(1, "203.0.113.7,", Proxy)]
    public void The_client_is_who_our_outermost_proxy_says_it_is(int trustedProxies, string? header, string client) =>
        Assert.Equal(Written(IPAddress.Parse(client)), Client(trustedProxies, header is null ? [] : [header]));

    [Fact]
    public void A_header_sent_twice_is_one_list() =>
        Assert.Equal(Written(IPAddress.Parse("203.0.113.7")), Client(1, ["198.51.100.1, 192.0.2.1", "203.0.113.7"]));

    [Fact]
    public void A_header_as_long_as_a_server_takes_is_read_too() =>
        Assert.Equal(Written(IPAddress.Parse("203.0.113.7")), Client(1, [string.Concat(Enumerable.Repeat("1.1.1.1,", 4000)) + "203.0.113.7"]));

    [Fact]
    public void A_connection_without_an_address_is_a_client_too() => Assert.Empty(Client(0, [], connection: null));

    private static byte[] Client(int trustedProxies, string[] header, string? connection = Proxy)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = connection is null ? null : IPAddress.Parse(connection);
        context.Request.Headers["X-Forwarded-For"] = header;
        var bytes = new byte[16];
        return bytes[..ClientAddress.Write(context.Request, trustedProxies, bytes)];
    }

    private static byte[] Written(IPAddress address) => address.GetAddressBytes() is { Length: 16 } v6 ? v6[..8] : address.GetAddressBytes();
}
