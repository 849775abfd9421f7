using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OptOut.Platform;

namespace OptOut.Tests;

/// <summary>
/// A storage account that a test can make unavailable: an account of the run's Azurite behind a TCP relay. Stopped, it refuses connections
/// and has closed the open ones after their last answer, as an emulator of its own would, without the seconds that starting one takes.
/// </summary>
internal sealed class CuttableStorage : IAsyncDisposable
{
    private readonly Relay _tables, _blobs;

    private CuttableStorage(string account, int tablePort, int blobPort)
    {
        (_tables, _blobs) = (new Relay(tablePort), new Relay(blobPort));
        ConnectionString = account
            .Replace(Port(tablePort), Port(_tables.Port), StringComparison.Ordinal)
            .Replace(Port(blobPort), Port(_blobs.Port), StringComparison.Ordinal);
        StartAgain();
    }

    public string ConnectionString { get; }

    public static async Task<CuttableStorage> StartAsync(AzuriteFixture azurite)
    {
        var (tablePort, blobPort) = await azurite.PortsAsync();
        return new CuttableStorage(await azurite.NewAccountAsync(), tablePort, blobPort);
    }

    /// <summary>Makes it unavailable. What is stored stays.</summary>
    public Task StopAsync() => Task.WhenAll(_tables.StopAsync(), _blobs.StopAsync());

    /// <summary>Makes it available again, at the same address.</summary>
    public void StartAgain()
    {
        _tables.Listen();
        _blobs.Listen();
    }

    public async ValueTask DisposeAsync()
    {
        await _tables.DisposeAsync();
        await _blobs.DisposeAsync();
    }

    private static string Port(int port) => string.Create(CultureInfo.InvariantCulture, $":{port}/");

    /// <summary>Passes the bytes of each connection to another port of this machine, and the answers back.</summary>
    private sealed class Relay(int target) : IAsyncDisposable
    {
        private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);
        private readonly ConcurrentQueue<(Connection Connection, Task End)> _opened = [];

        // Bound from the start and again after each stop, so that no other test gets the port meanwhile.
        private Socket _listener = Bound(0);
        private Task _accepting = Task.CompletedTask;

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Listen()
        {
            _listener.Listen();
            _accepting = AcceptAsync(_listener);
        }

        public async Task StopAsync()
        {
            var port = Port;
            _listener.Dispose();
            _listener = Bound(port);
            await _accepting;
            foreach (var (connection, _) in _opened)
                connection.CloseAfterAnswer();
            await Task.WhenAll(_opened.Select(opened => opened.End)).WaitAsync(AnswerTimeout, TimeProvider.System);
            _opened.Clear();
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _listener.Dispose();
        }

        private static Socket Bound(int port)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }

        private async Task AcceptAsync(Socket listener)
        {
            try
            {
                while (true)
                {
                    var connection = new Connection(await listener.AcceptAsync());
                    _opened.Enqueue((connection, ServeAsync(connection)));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // StopAsync closed the listener.
            }
        }

        private async Task ServeAsync(Connection connection)
        {
            using (connection)
                await connection.RunAsync(target);
        }
    }

    /// <summary>A connection of the product, and ours to Azurite that answers it. HTTP/1.1: one request at a time, then its answer.</summary>
    private sealed class Connection(Socket client) : IDisposable
    {
        private static readonly TimeSpan AnswerEnds = TimeSpan.FromMilliseconds(300);
        private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly CancellationTokenSource _closing = new();
        private volatile bool _asked, _stopping;

        public async Task RunAsync(int target)
        {
            try
            {
                client.NoDelay = true;
                await _server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), _closing.Token);
                await Task.WhenAll(PumpAsync(client, _server, asks: true), PumpAsync(_server, client, asks: false));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One side closed the connection.
            }
        }

        public void Dispose()
        {
            client.Dispose();
            _server.Dispose();
            _closing.Dispose();
        }

        /// <summary>Closes the connection as soon as no request waits for an answer.</summary>
        public void CloseAfterAnswer()
        {
            _stopping = true;
            if (!_asked)
                Close();
        }

        private async Task PumpAsync(Socket from, Socket to, bool asks)
        {
            var buffer = new byte[32 * 1024];
            try
            {
                while (await ReceiveAsync(from, buffer, mayEnd: !asks && _stopping) is > 0 and var count)
                {
                    if (asks && _stopping && !_asked)
                        return;
                    _asked = asks;
                    await to.SendAsync(buffer.AsMemory(0, count), _closing.Token);
                }
            }
            finally
            {
                Close();
            }
        }

        // While it stops, an answer has ended when nothing more of it comes for a moment.
        private async Task<int> ReceiveAsync(Socket from, byte[] buffer, bool mayEnd)
        {
            using var limit = mayEnd ? TimeProvider.System.Limit(AnswerEnds, _closing.Token) : null;
            return await from.ReceiveAsync(buffer, limit?.Token ?? _closing.Token);
        }

        private void Close()
        {
            try
            {
                _closing.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It had already ended.
            }
        }
    }
}
