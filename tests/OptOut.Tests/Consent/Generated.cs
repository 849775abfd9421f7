using CsCheck;
using OptOut.Consent;

namespace OptOut.Tests.Consent;

/// <summary>Random changes of one subject, from so few values that they often collide: four channels, three topics, six moments.</summary>
internal static class Generated
{
    public static readonly SubjectKey Subject = new(new UInt128(0x0011223344556677, 0x8899AABBCCDDEEFF));
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Topic[] Topics = [Topic.Parse("a"), Topic.Parse("b"), Topic.Parse("c")];

    public static readonly Gen<Channel?> AnyChannel = Gen.OneOf<Channel?>(null, Channel.Email, Channel.Sms, Channel.Phone, Channel.Post);
    public static readonly Gen<Topic?> AnyTopic = Gen.OneOf<Topic?>([null, .. Topics]);
    public static readonly Gen<Scope> AnyScope = Gen.Select(AnyChannel, AnyTopic, (channel, topic) => new Scope(channel, topic));
    public static readonly Gen<Source> AnySource = Gen.OneOf(Enum.GetValues<Source>());
    public static readonly Gen<Decision> AnyDecision = Gen.OneOf(Decision.Stop, Decision.Allow);
    public static readonly Gen<DateTimeOffset> AnyMoment = Gen.Int[0, 5].Select(i => Noon.AddMinutes(i));
    public static readonly Gen<long> AnySeen = Gen.Long[0, 12];

    /// <summary>A change that someone might try to record, permitted or not.</summary>
    public static readonly Gen<Attempt> AnyAttempt = Gen.Select(
        Gen.Int[1, 40],
        AnyScope,
        AnyDecision,
        AnyMoment,
        AnySource,
        AnySeen,
        (id, scope, decision, at, source, seen) => new Attempt(Id(id), scope, decision, at, source, seen));

    /// <summary>A permitted change.</summary>
    public static readonly Gen<Change> AnyChange = AnyAttempt.Select(a => a.Record() ?? (a with { Source = Source.Portal }).Record()!);

    public static readonly Gen<Change[]> Changes = AnyChange.Array[0, 12];

    public static readonly Gen<RecordedSubject> Recorded = Changes.Select(RecordedSubject.Of);

    public static readonly Gen<ConsentState> State = Recorded.Select(r => r.Consent);

    public static readonly Gen<StopSet> AnyStopSet = Gen.Select(
        Gen.Bool, Gen.OneOf(Topics).Array[0, 3], (general, different) => new StopSet(general, different.Distinct()));

    /// <summary>Every question: each channel in general, about each topic, and about a topic that no change names.</summary>
    public static IEnumerable<(Channel Channel, Topic? Topic)> Questions { get; } =
        [.. from channel in Channels.All from topic in (Topic?[])[null, .. Topics, Topic.Parse("unheard-of")] select (channel, topic)];

    public static bool Covers(Scope scope, (Channel Channel, Topic? Topic) question) =>
        scope.Covers(new Scope(question.Channel, question.Topic ?? Topic.Parse("unheard-of")));

    public static Guid Id(int number) => new($"0196c9a1-0000-7000-8000-{number:D12}");

    public static Change Stop(int id, string scope = "*,*", int minute = 0, Source source = Source.OneClick) =>
        Change.Create(Id(id), Subject, Scope.Parse(scope), Decision.Stop, Noon.AddMinutes(minute), Noon.AddMinutes(minute), source);

    public static Change Allow(int id, string scope = "*,*", int minute = 0, Source source = Source.Portal, long seen = 0) => Change.Create(
        Id(id), Subject, Scope.Parse(scope), Decision.Allow, Noon.AddMinutes(minute), Noon.AddMinutes(minute), source, seen: seen);
}

internal sealed record Attempt(Guid Id, Scope Scope, Decision Decision, DateTimeOffset At, Source Source, long Seen)
{
    /// <returns>Null if the change is not permitted.</returns>
    public Change? Record()
    {
        try
        {
            return Change.Create(
                Id, Generated.Subject, Scope, Decision, At, Generated.Noon.AddHours(1), Source, seen: Decision == Decision.Allow ? Seen : null);
        }
        catch (AllowNotPermittedException)
        {
            return null;
        }
    }
}
