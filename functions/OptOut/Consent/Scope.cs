using System.Diagnostics.CodeAnalysis;

namespace OptOut.Consent;

/// <summary>A way of reaching a person. The numbers are part of the link token and of stored rows: never renumber.</summary>
public enum Channel : byte
{
    Email = 1,
    Sms = 2,
    Phone = 3,
    Post = 4,
}

/// <summary>The written names of channels: <c>email</c>, <c>sms</c>, <c>phone</c>, <c>post</c>.</summary>
internal static class Channels
{
    public static IReadOnlyList<Channel> All { get; } = [Channel.Email, Channel.Sms, Channel.Phone, Channel.Post];

    public static string Name(this Channel channel) => channel switch
    {
        Channel.Email => "email",
        Channel.Sms => "sms",
        Channel.Phone => "phone",
        Channel.Post => "post",
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "Unknown channel."),
    };

    public static bool TryParse([NotNullWhen(true)] string? name, out Channel channel)
    {
        channel = name switch
        {
            "email" => Channel.Email,
            "sms" => Channel.Sms,
            "phone" => Channel.Phone,
            "post" => Channel.Post,
            _ => default,
        };
        return channel != default;
    }
}

/// <summary>A kind of marketing, by its short name: 1 to 32 of <c>a-z 0-9 -</c>, beginning with a letter or digit.</summary>
public readonly record struct Topic
{
    private Topic(string value) => Value = value;

    public string Value { get; }

    public static bool TryParse([NotNullWhen(true)] string? text, out Topic topic)
    {
        topic = default;
        if (text is not { Length: >= 1 and <= 32 } || text[0] == '-')
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        topic = new Topic(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not 1 to 32 of <c>a-z 0-9 -</c>.</exception>
    public static Topic Parse(string text) => TryParse(text, out var topic)
        ? topic
        : throw new FormatException($"'{text}' is not a topic: 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit.");

    public override string ToString() => Value ?? "";
}

/// <summary>
/// The subject matter of a decision: one channel or all, one topic or all. <c>*,*</c>, <see cref="Everything"/>, is the
/// consolidated opt-out that must always be offered.
/// </summary>
public readonly record struct Scope(Channel? Channel, Topic? Topic)
{
    public static Scope Everything { get; }

    /// <exception cref="FormatException">The text is not <c>channel-or-*,topic-or-*</c>.</exception>
    public static Scope Parse(string text) => TryParse(text, out var scope)
        ? scope
        : throw new FormatException(
            $"'{text}' is not a scope: write 'channel,topic' with * for all, as in '*,*', 'email,*' or 'email,newsletter'.");

    public static bool TryParse([NotNullWhen(true)] string? text, out Scope scope)
    {
        scope = default;
        if (text?.Split(',') is not [var channelText, var topicText])
            return false;

        Channel? channel = null;
        if (channelText != "*")
        {
            if (!Channels.TryParse(channelText, out var parsed))
                return false;
            channel = parsed;
        }

        Topic? topic = null;
        if (topicText != "*")
        {
            if (!Consent.Topic.TryParse(topicText, out var parsed))
                return false;
            topic = parsed;
        }

        scope = new Scope(channel, topic);
        return true;
    }

    /// <summary>How much the scope leaves open: 2 for <c>*,*</c>, 1 for one channel or one topic, 0 for one topic on one channel.</summary>
    internal int Width => (Channel is null ? 1 : 0) + (Topic is null ? 1 : 0);

    /// <summary>Whether everything in the other scope is also in this one.</summary>
    internal bool Covers(Scope other) => (Channel is null || Channel == other.Channel) && (Topic is null || Topic == other.Topic);

    /// <summary>Whether some topic on some channel is in both scopes.</summary>
    internal bool Overlaps(Scope other) =>
        (Channel is null || other.Channel is null || Channel == other.Channel) && (Topic is null || other.Topic is null || Topic == other.Topic);

    public override string ToString() => $"{Channel?.Name() ?? "*"},{Topic?.Value ?? "*"}";
}
