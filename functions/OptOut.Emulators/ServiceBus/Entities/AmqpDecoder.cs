using Amqp;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>
/// Decodes AMQP values. AMQPNetLite registers its performatives and message sections only when the first of them is created
/// in the process, and the journal is replayed before that. This class creates one, so all decoding goes through it.
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
            // For invalid bytes the decoder throws various exceptions.
            throw new AmqpException(ErrorCode.DecodeError, problem.Message);
        }
    }
}
