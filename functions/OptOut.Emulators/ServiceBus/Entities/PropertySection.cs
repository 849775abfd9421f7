using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The encoded application properties, the form in which they are stored, journalled and sent.</summary>
internal static class PropertySection
{
    public static Map Read(ReadOnlyMemory<byte> section)
    {
        if (section.IsEmpty)
            return [];
        var bytes = section.ToArray();
        return ((ApplicationProperties)AmqpDecoder.Read(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length))!).Map;
    }

    /// <summary>Returns the section with these properties added or replaced.</summary>
    public static ReadOnlyMemory<byte> With(ReadOnlyMemory<byte> section, IReadOnlyDictionary<string, object?> changes)
    {
        if (changes.Count == 0)
            return section;
        var properties = new ApplicationProperties();
        foreach (var (name, value) in Read(section))
            properties[name] = value;
        foreach (var (name, value) in changes)
            properties[name] = value;
        var buffer = new ByteBuffer(256, autoGrow: true);
        properties.Encode(buffer);
        return buffer.Buffer.AsMemory(buffer.Offset, buffer.Length);
    }
}
