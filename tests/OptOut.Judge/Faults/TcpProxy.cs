using System.Net;
using System.Net.Sockets;

namespace OptOut.Judge.Faults;

/// <summary>A proxy that knows nothing of what it carries. One connection of the caller is one connection to the target.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private static readonly TimeSpan SlowPiece = TimeSpan.FromMilliseconds(150);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _connections = new();

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Troubles Troubles { get; } = new();

    /// <summary>Closes every connection, with what was held of it.</summary>
    public void Cut()
    {
        using var open = Interlocked.Exchange(ref _connections, new CancellationTokenSource());
        open.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
        _connections.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptTcpClientAsync(_stopping.Token);
                open.RemoveAll(connection => connection.IsCompleted);
                open.Add(CarryAsync(caller));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using var either = caller;
        using var target = new TcpClient();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, _connections.Token);
        try
        {
            await target.ConnectAsync(IPAddress.Loopback, _target, end.Token);
            caller.NoDelay = target.NoDelay = true;
            // The end of either direction ends both: nobody here half-closes a connection.
            var directions = new[]
            {
                PumpAsync(caller, target, m => m is Manner.Slow or Manner.Stall or Manner.CutRequest, end.Token),
                PumpAsync(target, caller, m => m is Manner.Slow or Manner.Stall or Manner.CutAnswer or Manner.LoseAnswer, end.Token),
            };
            await Task.WhenAny(directions);
            await end.CancelAsync();
            await Task.WhenAll(directions);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two ended, or was killed: the other learns it by the closed connection.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<Manner, bool> applies, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await from.GetStream().ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (Troubles.TryDraw(applies, out var manner, out var ended))
            {
                switch (manner)
                {
                    case Manner.Slow:
                        await Task.Delay(SlowPiece, TimeProvider.System, cancellationToken);
                        break;
                    case Manner.Stall:
                        await ended.WaitAsync(cancellationToken);
                        break;
                    case Manner.LoseAnswer:
                        return;
                    default:
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read / 2), cancellationToken);
                        return;
                }
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
