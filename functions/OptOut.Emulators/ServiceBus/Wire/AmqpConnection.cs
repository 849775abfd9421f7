using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using Microsoft.Extensions.Logging;
using OptOut.Emulators.ServiceBus.Entities;

namespace OptOut.Emulators.ServiceBus.Wire;

/// <summary>
/// One client's connection: SASL, open, sessions, close. The performatives and their encoding come from AMQPNetLite; the connection
/// engine is our own, because AMQPNetLite's listener resets a link's credit on a repeated flow, which the Service Bus client sends.
/// </summary>
internal sealed partial class AmqpConnection : IDisposable
{
    private static readonly byte[] SaslHeader = [.. "AMQP"u8, 3, 1, 0, 0];
    private static readonly byte[] AmqpHeader = [.. "AMQP"u8, 0, 1, 0, 0];
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly Broker _broker;
    private readonly ILogger _log;
    private readonly NetworkStream _stream;
    private readonly FrameWriter _writer;
    private readonly Dictionary<ushort, AmqpSession> _sessions = [];
    private readonly CancellationTokenSource _stop = new();

    public AmqpConnection(Socket socket, Broker broker, ILogger log)
    {
        _broker = broker;
        _log = log;
        socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _writer = new FrameWriter(_stream);
    }

    /// <summary>The links for management and token responses, by the client's reply-to address.</summary>
    public Dictionary<string, ResponseSource> Responses { get; } = new(StringComparer.Ordinal);

    /// <summary>The largest frame that the peer accepts.</summary>
    public int MaxFrameBytes { get; private set; } = FrameReader.MaxFrameBytes;

    /// <summary>Serves the connection until either side closes it. Errors of the peer never make it throw.</summary>
    public async Task RunAsync()
    {
        var sending = _writer.RunAsync();
        try
        {
            await ServeAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _writer.Write(
                FrameWriter.AmqpFrame,
                0,
                new Close { Error = new Error(ErrorCode.ConnectionForced) { Description = "The embedded Service Bus is stopping." } });
        }
        catch (AmqpException problem)
        {
            ClosedOnError(_log, problem.Message);
            _writer.Write(FrameWriter.AmqpFrame, 0, new Close { Error = problem.Error });
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            Dropped(_log, problem.Message);
        }
        catch (Exception problem)
        {
            Failed(_log, problem);
            _writer.Write(
                FrameWriter.AmqpFrame, 0, new Close { Error = new Error(ErrorCode.InternalError) { Description = problem.Message } });
        }
        finally
        {
            lock (_broker.Gate)
            {
                foreach (var session in _sessions.Values)
                    session.End();
                _sessions.Clear();
            }

            await CloseAsync(sending);
        }
    }

    /// <summary>Notifies the peer and closes the connection.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    public void Dispose()
    {
        _stop.Dispose();
        _writer.Dispose();
        _stream.Dispose();
    }

    public void Send(ushort channel, Described performative, ReadOnlySpan<byte> payload = default) =>
        _writer.Write(FrameWriter.AmqpFrame, channel, performative, payload);

    private async Task ServeAsync()
    {
        var reader = new FrameReader(_stream);
        if (!await HandshakeAsync(reader))
            return;
        while (await reader.ReadFrameAsync(_stop.Token) is { } frame)
        {
            if (frame.Performative is Open open)
            {
                OnOpen(open);
            }
            else if (frame.Performative is Close)
            {
                _writer.Write(FrameWriter.AmqpFrame, 0, new Close());
                return;
            }
            else if (frame.Performative is not null)
            {
                lock (_broker.Gate)
                    Dispatch(frame);
            }
        }
    }

    private async Task<bool> HandshakeAsync(FrameReader reader)
    {
        var header = await reader.ReadProtocolHeaderAsync(_stop.Token);
        if (header is not null && header.AsSpan().SequenceEqual(SaslHeader))
        {
            _writer.WriteRaw(SaslHeader);

            // Anyone on this machine may connect. The token that follows on $cbs is also accepted without verification.
            _writer.Write(
                FrameWriter.SaslFrame, 0, new SaslMechanisms { SaslServerMechanisms = [new Symbol("ANONYMOUS"), new Symbol("MSSBCBS")] });
            if (await reader.ReadFrameAsync(_stop.Token) is not { Performative: SaslInit })
                return false;
            _writer.Write(FrameWriter.SaslFrame, 0, new SaslOutcome { Code = SaslCode.Ok });
            header = await reader.ReadProtocolHeaderAsync(_stop.Token);
        }

        if (header is null)
            return false;

        // A peer with another protocol (TLS, HTTP) gets our protocol header, then the connection is closed.
        _writer.WriteRaw(AmqpHeader);
        return header.AsSpan().SequenceEqual(AmqpHeader);
    }

    private void OnOpen(Open open)
    {
        MaxFrameBytes = (int)Math.Min(open.MaxFrameSize, FrameReader.MaxFrameBytes);
        _writer.Write(FrameWriter.AmqpFrame, 0, new Open
        {
            ContainerId = "optout-local-servicebus",
            MaxFrameSize = FrameReader.MaxFrameBytes,
            ChannelMax = Math.Min(open.ChannelMax, (ushort)4999),
        });
        if (open.HasField(4) && open.IdleTimeOut > 0)
            _ = KeepAliveAsync(TimeSpan.FromMilliseconds(open.IdleTimeOut / 2.0));
    }

    // In real time, not the broker's TimeProvider, because the idle timeout runs on the peer's clock.
    private async Task KeepAliveAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                _writer.Write(FrameWriter.AmqpFrame, 0, performative: null);
        }
        catch (OperationCanceledException)
        {
            // The connection ended.
        }
    }

    private void Dispatch(Frame frame)
    {
        if (frame.Performative is Begin begin)
        {
            _sessions.Add(frame.Channel, new AmqpSession(this, frame.Channel, _broker, begin));
            return;
        }

        if (!_sessions.TryGetValue(frame.Channel, out var session))
            throw new AmqpException(ErrorCode.NotAllowed, $"No session on channel {frame.Channel}.");
        if (frame.Performative is End)
        {
            session.End();
            _sessions.Remove(frame.Channel);
            Send(frame.Channel, new End());
            return;
        }

        session.Handle(frame.Performative!, frame.Payload);
    }

    private async Task CloseAsync(Task sending)
    {
        _writer.Complete();
        try
        {
            await sending.WaitAsync(CloseTimeout, TimeProvider.System);
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException or TimeoutException)
        {
            Dropped(_log, problem.Message);
        }

        await _stop.CancelAsync();
    }

    [LoggerMessage(2, LogLevel.Warning, "A Service Bus connection was closed because of a protocol error: {Problem}")]
    private static partial void ClosedOnError(ILogger log, string problem);

    [LoggerMessage(3, LogLevel.Debug, "A Service Bus connection was lost: {Problem}")]
    private static partial void Dropped(ILogger log, string problem);

    [LoggerMessage(4, LogLevel.Error, "A Service Bus connection failed.")]
    private static partial void Failed(ILogger log, Exception problem);
}
