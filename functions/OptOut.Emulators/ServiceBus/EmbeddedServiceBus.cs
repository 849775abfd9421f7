using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OptOut.Emulators.ServiceBus.Entities;
using OptOut.Emulators.ServiceBus.Wire;

namespace OptOut.Emulators.ServiceBus;

/// <summary>
/// A Service Bus emulator on 127.0.0.1 for the real <c>Azure.Messaging.ServiceBus</c> client, over AMQP 1.0. The README
/// beside this file lists what it supports and what it does not.
/// </summary>
internal sealed partial class EmbeddedServiceBus : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener;
    private readonly Broker _broker;
    private readonly ILogger _log;
    private readonly Dictionary<AmqpConnection, Task> _connections = [];
    private readonly Task _accepting;
    private bool _stopping;

    private EmbeddedServiceBus(TcpListener listener, Broker broker, ILogger log)
    {
        _listener = listener;
        _broker = broker;
        _log = log;
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>
    /// The connection string for a <c>ServiceBusClient</c>. The key is a placeholder: anyone on this machine may connect.
    /// </summary>
    public string ConnectionString => ConnectionStringAt(Port);

    /// <summary>The connection string of a bus that another process started on this port.</summary>
    public static string ConnectionStringAt(int port) =>
        FormattableString.Invariant(
            $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=local;SharedAccessKey=eA==;UseDevelopmentEmulator=true");

    /// <summary>Starts listening, with the messages in the data folder's journal.</summary>
    /// <exception cref="IOException">The port is in use, or the journal cannot be opened; the message states which.</exception>
    /// <exception cref="Filters.SqlFilterException">A subscription's SQL rule is not a filter; the message names the column.</exception>
    public static async Task<EmbeddedServiceBus> StartAsync(
        EmbeddedServiceBusOptions options, CancellationToken cancellationToken, ILogger<EmbeddedServiceBus>? log = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ILogger logger = log ?? NullLogger<EmbeddedServiceBus>.Instance;

        // Open the port first: if two processes share a data folder, "port in use" is the clearer error.
        var listener = new TcpListener(IPAddress.Loopback, options.Port);
        try
        {
            listener.Start();
        }
        catch (SocketException problem)
        {
            throw new IOException($"The embedded Service Bus cannot listen on 127.0.0.1:{options.Port}: {problem.Message}.", problem);
        }

        try
        {
            // Replaying a long journal must not block the caller's thread.
            var broker = await Task.Run(() => new Broker(options, logger), CancellationToken.None);
            return new EmbeddedServiceBus(listener, broker, logger);
        }
        catch
        {
            listener.Stop();
            throw;
        }
    }

    /// <summary>Stops listening, closes every connection, and closes the journal. Accepted messages stay in the journal.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] open;
        lock (_connections)
        {
            if (_stopping)
                return;
            _stopping = true;
            open = [.. _connections.Values];

            // Under the lock, because a connection that ends by itself is removed from the list before it is disposed.
            foreach (var connection in _connections.Keys)
                connection.Stop();
        }

        _listener.Stop();
        await _accepting;
        await Task.WhenAll(open);
        await _broker.DisposeAsync();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync();
            }
            catch (Exception problem) when (problem is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                lock (_connections)
                {
                    if (_stopping)
                        return;
                }

                // Out of sockets, or the peer disconnected before it was accepted. The pause avoids a busy loop in the first case.
                AcceptFailed(_log, problem);
                await Task.Delay(PauseAfterFailure, TimeProvider.System);
                continue;
            }

            Serve(socket);
        }
    }

    private void Serve(Socket socket)
    {
        var connection = new AmqpConnection(socket, _broker, _log);
        lock (_connections)
        {
            if (_stopping)
                connection.Dispose();
            else
                _connections.Add(connection, Task.Run(() => ServeAsync(connection)));
        }
    }

    private async Task ServeAsync(AmqpConnection connection)
    {
        await connection.RunAsync();
        lock (_connections)
            _connections.Remove(connection);
        connection.Dispose();
    }

    [LoggerMessage(5, LogLevel.Warning, "A Service Bus connection could not be accepted.")]
    private static partial void AcceptFailed(ILogger log, Exception problem);
}
