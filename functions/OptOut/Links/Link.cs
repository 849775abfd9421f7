using System.Buffers.Binary;
using OptOut.Consent;

namespace OptOut.Links;

/// <summary>The contents of a link: whose it is, and the channel, topic and mailing of the message that contained it.</summary>
/// <param name="Channel">The channel of the message; null if none.</param>
/// <param name="TopicId">The topic's number in the catalogue, 0 for none.</param>
/// <param name="IssuedAt">To the minute, 2020-01-01 to 2051-11-23.</param>
/// <param name="Campaign">The controller's own number for the mailing, 0 for none.</param>
internal readonly record struct Link(SubjectKey Subject, Channel? Channel, byte TopicId, DateTimeOffset IssuedAt, uint Campaign)
{
    /// <summary>Length in bytes of the signed part: version, key id, channel, topic, subject, minutes, campaign.</summary>
    internal const int PayloadLength = 1 + 1 + 1 + 1 + SubjectKey.ByteLength + 3 + 4;

    internal const byte Version = 1;

    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal void Write(Span<byte> payload, byte keyId)
    {
        var minutes = (long)(IssuedAt - Epoch).TotalMinutes;
        if (minutes is < 0 or > 0xFF_FFFF)
        {
            throw new InvalidOperationException(
                "A link's issue time must be between 2020-01-01 and 2051-11-23: the token has three bytes for it.");
        }

        payload[0] = Version;
        payload[1] = keyId;
        payload[2] = Channel is { } channel ? (byte)channel : (byte)0;
        payload[3] = TopicId;
        Subject.WriteBytes(payload[4..20]);
        payload[20] = (byte)(minutes >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(payload[21..], (ushort)minutes);
        BinaryPrimitives.WriteUInt32BigEndian(payload[23..], Campaign);
    }

    internal static Link Read(ReadOnlySpan<byte> payload)
    {
        var minutes = (payload[20] << 16) | BinaryPrimitives.ReadUInt16BigEndian(payload[21..]);
        return new Link(
            SubjectKey.FromBytes(payload[4..20]),
            payload[2] is var channel and >= (byte)Consent.Channel.Email and <= (byte)Consent.Channel.Post ? (Channel)channel : null,
            payload[3],
            Epoch.AddMinutes(minutes),
            BinaryPrimitives.ReadUInt32BigEndian(payload[23..]));
    }
}
