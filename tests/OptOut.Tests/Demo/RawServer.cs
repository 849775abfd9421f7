using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OptOut.Tests.Demo;

/// <summary>Answers one HTTP request with the given bytes and records the request exactly as received.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task<string> _received;

    public RawServer(string answer)
    {
        _listener.Start();
        _received = AnswerAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Task<string> ReceivedAsync() => _received.WaitAsync(TimeSpan.FromSeconds(60));

    public void Dispose() => _listener.Stop();

    private async Task<string> AnswerAsync(string answer)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        var received = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsWhole(received.ToString()))
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
                break;
            received.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
        return received.ToString();
    }

    private static bool IsWhole(string request) =>
        request.Split("\r\n\r\n", 2) is [var head, var body]
        && head.Split("\r\n").FirstOrDefault(h => h.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } length
        && body.Length >= int.Parse(length["Content-Length: ".Length..], CultureInfo.InvariantCulture);
}
