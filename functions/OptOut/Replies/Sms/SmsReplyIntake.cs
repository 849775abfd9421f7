using Microsoft.Extensions.Logging;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
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
    ProfileStore profiles,
    IdentifierProtector protector,
    ILogger<SmsReplyIntake> logger)
{
    private static readonly Scope Sms = new(Channel.Sms, null);

    /// <exception cref="Platform.StoreUnavailableException">The owners of the number cannot be looked up.</exception>
    public async Task<SmsResult> StopAsync(SmsReply reply, Scope scope, CancellationToken cancellationToken)
    {
        var changes = await identifiers.RecordAsync(
            new IdentifierStop(reply.From, scope, reply.At, Source.SmsReply, reply.Evidence, reply.EventKey),
            WaitFor.Durable,
            cancellationToken);
        if (changes is null)
            return SmsResult.NotRecorded;
        LogRecorded(Decision.Stop, changes.Count);
        return SmsResult.Stopped;
    }

    /// <exception cref="Platform.StoreUnavailableException">The owners of the number cannot be looked up.</exception>
    public async Task<SmsResult> StartAsync(SmsReply reply, CancellationToken cancellationToken)
    {
        var subjects = await index.SubjectsAsync(reply.From, cancellationToken);
        if (subjects.Count == 0)
        {
            // Recorded even when nothing is stopped, here and below: if the same message is delivered again after a Stop, its id must be
            // known.
            var standIn = protector.SubjectOf(reply.From);
            await profiles.SaveAsync(standIn, [reply.From], language: null, cancellationToken);
            subjects = [standIn];
        }

        var (allowed, kept) = (0, 0);
        foreach (var subject in subjects)
        {
            var state = (await consent.LoadAsync(subject, cancellationToken)).Consent;
            var stopped = !state.Stops(Channel.Sms).IsNothing;
            var id = EventIds.Derive(reply.EventKey, subject.ToString());

            // Stored before, but perhaps not published: recording it again has no further effect.
            var repeated = await consent.HasAsync(subject, id, cancellationToken);
            if (!repeated && !await MayAllowAsync(reply.From, subject, stopped && subjects.Count > 1, state, cancellationToken))
            {
                kept += stopped ? 1 : 0;
                continue;
            }

            var submission = Submission.Create(subject, Source.SmsReply, reply.Evidence, reply.At, state);
            var change = Change.Create(id, subject, Sms, Decision.Allow, submission.At, submission.At, Source.SmsReply, reply.Evidence);
            if (!(await intake.RecordAsync(change, WaitFor.Durable)).Durable)
                return SmsResult.NotRecorded;
            allowed += stopped != repeated ? 1 : 0;
        }

        if (allowed > 0)
            LogRecorded(Decision.Allow, allowed);
        return kept > 0 ? SmsResult.StaysStopped : allowed > 0 ? SmsResult.Started : SmsResult.NothingToStart;
    }

    /// <summary>The language of the owners of the number, if it is known and they share it.</summary>
    public async Task<Language?> LanguageAsync(Identifier who, CancellationToken cancellationToken)
    {
        var languages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var subject in await index.SubjectsAsync(who, cancellationToken))
        {
            if (await profiles.LoadAsync(subject, cancellationToken) is { Language: { } language } profile && profile.Current.Contains(who))
                languages.Add(language);
        }

        return languages.Count == 1 ? Language.Find(languages.Single()) : null;
    }

    private async Task<bool> MayAllowAsync(
        Identifier who, SubjectKey subject, bool sharedStop, ConsentState state, CancellationToken cancellationToken)
    {
        if (!(await profiles.LoadAsync(subject, cancellationToken)).Current.Contains(who))
            return false;
        return !sharedStop
            || (state.Answer(Channel.Sms).Entry is { } entry
                && (await consent.FindAsync(subject, entry.EventId, cancellationToken))?.Change.Source == Source.SmsReply);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "An SMS is recorded as {Decision}, for {Count} subjects")]
    private partial void LogRecorded(Decision decision, int count);
}
