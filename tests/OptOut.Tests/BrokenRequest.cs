using System.Net;
using System.Net.Sockets;
using System.Text;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests;

/// <summary>Sends malformed requests that no HTTP client would send.</summary>
internal static class BrokenRequest
{
    // With these headers every endpoint goes on to read the body.
    private static readonly string Headers =
        $"Content-Type: application/x-www-form-urlencoded\r\n{SendGridSignature.SignatureHeader}: {Signature}\r\n"
        + $"{SendGridSignature.TimestampHeader}: 1700000000\r\nx-functions-key: {OptOutHost.FunctionKey}\r\n";

    /// <summary>Has the form of a SendGrid signature, but was made with no key.</summary>
    public static string Signature => Convert.ToBase64String(new byte[70]);

    /// <summary>Announces 100 bytes, sends 10 and hangs up.</summary>
    public static async Task HangUpAsync(Uri server, string path, string headers = "")
    {
        using var connection = await SendAsync(server, path, $"{headers}Content-Length: 100\r\n\r\n0123456789");
        await Task.Delay(200, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a chunk whose length is not a number.</summary>
    /// <returns>The status code of the response.</returns>
    public static async Task<int> BadChunkAsync(Uri server, string path, string headers = "")
    {
        using var connection = await SendAsync(server, path, $"{headers}Transfer-Encoding: chunked\r\n\r\nmany\r\n");
        return await StatusAsync(connection);
    }

    /// <summary>A request whose method is written in a case of its own, which an HTTP client would correct.</summary>
    /// <returns>The status code of the response.</returns>
    public static async Task<int> MethodAsync(Uri server, string method, string path)
    {
        using var connection = await SendAsync(server, path, "Content-Length: 0\r\n\r\n", method);
        return await StatusAsync(connection);
    }

    private static async Task<int> StatusAsync(TcpClient connection)
    {
        var start = new byte["HTTP/1.1 400".Length];
        await connection.GetStream().ReadExactlyAsync(start, TestContext.Current.CancellationToken);
        return int.Parse(Encoding.ASCII.GetString(start[^3..]), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<TcpClient> SendAsync(Uri server, string path, string rest, string method = "POST")
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        var request = Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: x\r\n{Headers}{rest}");
        await connection.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        return connection;
    }
}
