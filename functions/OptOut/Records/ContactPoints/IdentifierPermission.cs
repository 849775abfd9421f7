using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>What stands for an identifier.</summary>
/// <param name="Version">The version of its row; 0 if it has none.</param>
internal record IdentifierPermission(Identifier Identifier, ContactAnswers Answers, long Version)
{
    public IReadOnlyDictionary<Channel, StopSet> Stops => Answers.Stops;

    /// <summary>When the latest decision was made that it rests on, whatever that was about.</summary>
    public DateTimeOffset? At => Answers.At;

    /// <summary>When the answer to this question was decided; null when nobody decided about it.</summary>
    public DateTimeOffset? DecidedAt(Channel channel, Topic? topic) => Answers.Moments.GetValueOrDefault(channel)?.For(topic);

    /// <summary>When what is stopped on the channel was decided last; null when nothing is.</summary>
    public DateTimeOffset? StoppedAt(Channel channel) => Stops.GetValueOrDefault(channel) switch
    {
        null => null,
        { General: true } => DecidedAt(channel, null),
        var stops => stops.Exceptions.Max(topic => DecidedAt(channel, topic)),
    };
}

/// <summary>The same, with the subjects that have the identifier, in the order of their keys.</summary>
internal sealed record OwnedPermission(Identifier Identifier, ContactAnswers Answers, long Version, IReadOnlyList<SubjectKey> Subjects)
    : IdentifierPermission(Identifier, Answers, Version);
