using Amqp;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// Reads AMQP values. AMQPNetLite knows a performative or a message section only after the first of any of them was
/// made in this process, and a journal is replayed before that: so everything is read through here, which makes one.
/// </summary>
internal static class AmqpDecoder
{
    static AmqpDecoder() => _ = new Amqp.Framing.Open();

    /// <exception cref="AmqpException">The bytes are not an AMQP value.</exception>
    public static object? Read(ByteBuffer buffer)
    {
        try
        {
            return Encoder.ReadObject(buffer);
        }
        catch (Exception problem) when (problem is not AmqpException)
        {
            // The decoder reports bad bytes as whatever exception it ran into.
            throw new AmqpException(ErrorCode.DecodeError, problem.Message);
        }
    }
}
