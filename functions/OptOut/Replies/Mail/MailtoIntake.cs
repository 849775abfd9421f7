using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Platform.Telemetry;
using OptOut.Records.ContactPoints;

namespace OptOut.Replies.Mail;

/// <summary>
/// Records what a mail to the unsubscribe host means. Nobody can be asked what a mail means, and the host exists for nothing else, so
/// anyone who writes to it is stopped for everything. Only the address behind a mail client's button stops the same as a one-click POST
/// (<see cref="LinkOptions.OneClickScope"/>), because it is another form of that button. A token in an address counts first; then who
/// wrote, if that is verified; then the tokens in the text. What is not acted on is forwarded to the controller.
/// </summary>
internal sealed partial class MailtoIntake(
    LinkKeyRing ring,
    ChangeIntake changes,
    IdentifierIntake identifiers,
    IdentifierIndex index,
    IdentifierProtector protector,
    MailtoNotice notice,
    TopicCatalogue catalogue,
    OptOutMetrics metrics,
    IOptions<LinkOptions> links,
    TimeProvider time,
    ILogger<MailtoIntake> logger)
{
    /// <returns>Whether what the mail requests is durable; if not, the mail must be delivered again.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The owners of the sender's address cannot be looked up.</exception>
    internal async Task<bool> TakeAsync(ReceivedMail mail, CancellationToken cancellationToken)
    {
        var origin = MailClassifier.Classify(mail);
        if (origin is MailOrigin.AutoReply or MailOrigin.Report or MailOrigin.Returned)
            return Ignored(origin);

        var tokens = new MailTokens(ring, mail, links.Value.MailtoHost);
        var addressed = tokens.InAddress;
        if (origin == MailOrigin.Doubtful)
            return await notice.ForwardAsync(mail, new MailtoDoubt(DoubtReason.Machine, tokens.InAnyAddress), cancellationToken);
        if (addressed.Count > 0)
            return await RecordAsync(mail, addressed, links.Value.OneClickScope);
        if (notice.IsAnsweredBy(mail))
            return Ignored(MailOrigin.Returned);
        if (origin == MailOrigin.Generated)
        {
            if (tokens.InHeaders is { Count: > 0 } redirected)
                return await RecordAsync(mail, redirected, OneClickScope.Everything);
            return await notice.ForwardAsync(
                mail, new MailtoDoubt(tokens.HasDamagedAddress ? DoubtReason.DamagedAddress : DoubtReason.Machine), cancellationToken);
        }

        if (Sender.TryVerify(mail, links.Value.MailtoHost, out var sender))
            return await FromSenderAsync(mail, tokens, sender, cancellationToken);

        // The writer has the links of these people, and having a link is enough to use it.
        if ((Link[])[.. tokens.InHeaders, .. tokens.InText] is { Length: > 0 } written)
            return await RecordAsync(mail, written, OneClickScope.Everything);
        return await notice.ForwardAsync(
            mail, new MailtoDoubt(tokens.HasDamagedAddress ? DoubtReason.DamagedAddress : DoubtReason.Unidentified), cancellationToken);
    }

    // A person may forward somebody else's mail and ask to be taken off: the writer is stopped, not the other person.
    private async Task<bool> FromSenderAsync(
        ReceivedMail mail, MailTokens tokens, Identifier sender, CancellationToken cancellationToken)
    {
        if (tokens.InHeaders is { Count: > 0 } redirected)
            return await RecordAsync(mail, redirected, OneClickScope.Everything);

        var quoted = tokens.InText;
        var standIn = protector.SubjectOf(sender);
        SubjectKey[] owners = quoted.Count == 0
            ? [] // Nobody needs to know, so the store need not answer.
            : [.. (await index.SubjectsAsync(sender, cancellationToken)).Where(subject => subject != standIn)];
        if (quoted.Where(link => owners.Contains(link.Subject)).ToArray() is { Length: > 0 } own)
            return await RecordAsync(mail, own, OneClickScope.Everything);

        // Nobody we write to has this address, so what the writer received was sent to another: the quoted link's owner is the writer, or
        // somebody for whom the writer has the link.
        if (owners.Length == 0 && quoted.Count > 0 && !await RecordAsync(mail, quoted, OneClickScope.Everything))
            return false;
        var recorded = await identifiers.RecordAsync(
            new IdentifierStop(sender, Scope.Everything, mail.At, Source.Mailto, ChangeEvidence.None, $"mailto:{mail.Key}"),
            WaitFor.Durable);
        if (recorded is null)
            return false;
        LogSender();

        // The person may be known under another address too, and that is then the one to stop.
        var doubt = quoted.Count == 0 && tokens.HasDamagedAddress ? DoubtReason.DamagedAddress
            : quoted.Count > 0 && owners.Length > 0 ? DoubtReason.QuotedLink
            : (DoubtReason?)null;
        return doubt is not { } reason
            || await notice.ForwardAsync(mail, new MailtoDoubt(reason) { StoppedSender = sender.Value }, cancellationToken);
    }

    private async Task<bool> RecordAsync(ReceivedMail mail, IReadOnlyList<Link> from, OneClickScope meaning)
    {
        var durable = true;
        foreach (var bySubject in from.GroupBy(l => l.Subject))
        {
            // The ids are derived from the mail and the person, so that a mail that is delivered again is the same submission.
            var submissionId = EventIds.Derive("mailto", mail.Key, bySubject.Key.ToString());
            var stops = bySubject.GroupBy(l => meaning.ToScope(l.Channel, catalogue.Find(l.TopicId))).Select(scope => Change.Create(
                EventIds.Derive("mailto", mail.Key, bySubject.Key.ToString(), scope.Key.ToString()),
                bySubject.Key,
                scope.Key,
                Decision.Stop,
                mail.At,
                time.GetUtcNow(),
                Source.Mailto,
                new ChangeEvidence(scope.First().Channel, catalogue.Find(scope.First().TopicId), scope.First().Campaign),
                submissionId));
            durable &= (await changes.RecordAsync([.. stops], WaitFor.Durable)).Durable;
        }

        if (durable)
            LogTokens(from.Count);
        return durable;
    }

    private bool Ignored(MailOrigin origin)
    {
        metrics.MailIgnored(origin switch
        {
            MailOrigin.AutoReply => "automatic-reply",
            MailOrigin.Report => "report",
            _ => "returned",
        });
        LogIgnored(origin);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail is recorded as an opt-out, from {Count} of our links in it")]
    private partial void LogTokens(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail is recorded as an opt-out, from its verified sender")]
    private partial void LogSender();

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail written by a machine ({Origin}) is ignored")]
    private partial void LogIgnored(MailOrigin origin);
}
