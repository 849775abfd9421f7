using Microsoft.Extensions.Logging;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Replies.Sms;

/// <param name="Id">The gateway's id of the message, the same at each delivery: 1 to 100 printable ASCII characters.</param>
/// <param name="From">The number it came from, which the network guarantees.</param>
/// <param name="At">When it was received.</param>
/// <param name="Vendor">The gateway.</param>
internal sealed record SmsReply(string Id, Identifier From, DateTimeOffset At, string Vendor)
{
    public string EventKey => $"{Vendor}:{Id}";

    public ChangeEvidence Evidence => new(Channel.Sms, Vendor: Vendor, Reference: Id);
}

/// <summary>The result of an SMS.</summary>
internal enum SmsResult
{
    /// <summary>It must be delivered again.</summary>
    NotRecorded,

    Stopped,

    /// <summary>SMS may be sent to the number again.</summary>
    Started,

    /// <summary>Nothing was stopped, so there was nothing to allow.</summary>
    NothingToStart,

    /// <summary>The number stays stopped: it belongs, or belonged, to somebody else too, who stopped elsewhere.</summary>
    StaysStopped,
}

/// <summary>
/// Records what a person requested by SMS. A Stop counts for everybody who has, or had, the number. A Start allows SMS and nothing else,
/// and only for people it certainly comes from: a number that changed hands must not undo what its former owner stopped, and of several
/// people who share a phone, only those whose Stop came from that phone are allowed again.
/// </summary>
internal sealed partial class SmsReplyIntake(
    IdentifierIntake identifiers,
    ChangeIntake intake,
    IdentifierIndex index,
    ConsentStore consent,
    FirstReceipts receipts,
    ProfileStore profiles,
    TimeProvider time,
    ILogger<SmsReplyIntake> logger)
{
    private static readonly Scope Sms = new(Channel.Sms, null);

    /// <summary>Needs no store: a gateway may not deliver the message a second time.</summary>
    public async Task<SmsResult> StopAsync(SmsReply reply, Scope scope)
    {
        // The person reads that it is stopped. A START that they then send allows what it has seen, so it must find this Stop in the store.
        var changes = await identifiers.RecordAsync(
            new IdentifierStop(reply.From, scope, reply.At, Source.SmsReply, reply.Evidence, reply.EventKey),
            WaitFor.Visible);
        if (changes is null)
            return SmsResult.NotRecorded;
        LogRecorded(Decision.Stop, changes.Count);
        return SmsResult.Stopped;
    }

    /// <exception cref="Platform.StoreUnavailableException">The owners of the number cannot be looked up.</exception>
    public async Task<SmsResult> StartAsync(SmsReply reply, CancellationToken cancellationToken)
    {
        var seen = await receipts.FindAsync(reply.EventKey, cancellationToken)
            ?? await receipts.SaveAsync(reply.EventKey, await SeenAsync(reply, cancellationToken), cancellationToken);
        var (allowed, kept) = (0, 0);
        foreach (var (version, isMeant) in seen)
        {
            var subject = version.Subject;
            var stopped = await IsStoppedAsync(subject, cancellationToken);
            if (!isMeant)
            {
                kept += stopped ? 1 : 0;
                continue;
            }

            var now = time.GetUtcNow();
            var change = Change.Create(
                EventIds.Derive(reply.EventKey, subject.ToString()),
                subject,
                Sms,
                Decision.Allow,
                reply.At,
                now,
                Source.SmsReply,
                reply.Evidence,
                seen: version.Number);

            // Stored before, but perhaps not published: recording it again has no further effect.
            var repeated = await consent.HasAsync(subject, change.Id, cancellationToken);
            var recorded = await intake.RecordAsync(change, WaitFor.Visible);
            if (!recorded.Durable)
                return SmsResult.NotRecorded;

            // A Stop that the message had not seen stands, and the answer must not promise anything else.
            if (recorded.Stored is true && await IsStoppedAsync(subject, cancellationToken))
                kept++;
            else
                allowed += stopped != repeated ? 1 : 0;
        }

        if (allowed > 0)
            LogRecorded(Decision.Allow, allowed);
        return kept > 0 ? SmsResult.StaysStopped : allowed > 0 ? SmsResult.Started : SmsResult.NothingToStart;
    }

    /// <summary>The language of the owners of the number, if it is known, they share it, and the store answers.</summary>
    public async Task<Language?> LanguageAsync(Identifier who, CancellationToken cancellationToken)
    {
        var languages = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var subject in await index.SubjectsAsync(who, cancellationToken))
            {
                if (await profiles.LoadAsync(subject, cancellationToken) is { Language: { } language } profile && profile.Current.Contains(who))
                    languages.Add(language);
            }
        }
        catch (StoreUnavailableException)
        {
            return null; // What the person asked for is recorded by now.
        }

        return languages.Count == 1 ? Language.Find(languages.Single()) : null;
    }

    // Who has the number now, and what they could know of when the message was sent.
    private async Task<IReadOnlyList<ConcernedSubject>> SeenAsync(SmsReply reply, CancellationToken cancellationToken)
    {
        var subjects = await index.SubjectsAsync(reply.From, cancellationToken);
        var seen = new List<ConcernedSubject>();
        foreach (var subject in subjects)
        {
            var state = await consent.LoadAsync(subject, cancellationToken);
            var sharedStop = subjects.Count > 1 && !state.Consent.Stops(Channel.Sms).IsNothing;
            seen.Add(new ConcernedSubject(
                new StateVersion(subject, state.Number),
                await MayAllowAsync(reply.From, subject, sharedStop, state.Consent, cancellationToken)));
        }

        return seen;
    }

    private async Task<bool> IsStoppedAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        !(await consent.LoadAsync(subject, cancellationToken)).Consent.Stops(Channel.Sms).IsNothing;

    private async Task<bool> MayAllowAsync(
        Identifier who, SubjectKey subject, bool sharedStop, ConsentState state, CancellationToken cancellationToken)
    {
        if (!(await profiles.LoadAsync(subject, cancellationToken)).Current.Contains(who))
            return false;
        return !sharedStop
            || (state.Answer(Channel.Sms).ChangeId is { } change
                && (await consent.FindAsync(subject, change, cancellationToken))?.Change.Source == Source.SmsReply);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "An SMS is recorded as {Decision}, for {Count} subjects")]
    private partial void LogRecorded(Decision decision, int count);
}
