using System.Globalization;

namespace OptOut.Messaging;

/// <summary>
/// The message id of a message that is sent again. Everything that tells it from an earlier copy is part of it: otherwise the bus would
/// drop it as a duplicate within <see cref="Topology.DuplicateWindow"/>.
/// </summary>
internal static class MessageId
{
    public static string Of<TMessage>(string original, IBusMessage<TMessage> message)
        where TMessage : class, IBusMessage<TMessage> => string.Create(
            CultureInfo.InvariantCulture,
            $"{original}~{message.Attempt}~{message.Wait}{Part('r', message.Replay)}{Part('f', message.Failures)}{Part('k', message.Restarts)}");

    private static string Part(char letter, long number) => number > 0 ? string.Create(CultureInfo.InvariantCulture, $"~{letter}{number}") : "";
}
