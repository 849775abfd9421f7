using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Links;

namespace OptOut.Replies.Mail;

/// <summary>
/// Records what a mail to the unsubscribe host means. It takes the first of these that is found and ignores the rest: a token in the
/// address the mail was sent to, a token in its text, the sender's address if that is verified. Nobody can be asked what a mail means, and
/// the host exists for nothing else, so anyone who writes to it is stopped for everything. Only the address behind a mail client's button
/// stops the same as a one-click POST (<see cref="LinkOptions.OneClickScope"/>), because it is another form of that button.
/// </summary>
internal sealed partial class MailtoIntake(
    LinkKeyRing ring,
    ChangeIntake changes,
    IdentifierIntake identifiers,
    MailtoNotice notice,
    TopicCatalogue catalogue,
    IOptions<LinkOptions> links,
    TimeProvider time,
    ILogger<MailtoIntake> logger)
{
    /// <returns>Whether what the mail requests is durable; if not, the mail must be delivered again.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The owners of the sender's address cannot be looked up.</exception>
    internal async Task<bool> TakeAsync(ReceivedMail mail, CancellationToken cancellationToken)
    {
        var origin = MailClassifier.Classify(mail);
        if (origin == MailOrigin.AutoReply)
            return Ignored(origin);

        var host = links.Value.MailtoHost;
        if (Verified(mail.Recipients.Select(r => TokenSearch.InAddress(r, host)).OfType<string>().Take(TokenSearch.MaxCandidates))
            is { Count: > 0 } addressed)
        {
            return await RecordAsync(mail, addressed, links.Value.OneClickScope);
        }

        if (origin == MailOrigin.Generated)
            return Ignored(origin);

        // To and Cc too: a mail that was redirected on its way has a different envelope.
        if (Verified(TokenSearch.InTexts(
                [mail.SubjectLine, .. mail.Headers.All("To"), .. mail.Headers.All("Cc"), mail.Text, TokenSearch.Plain(mail.Html)]))
            is { Count: > 0 } written)
        {
            return await RecordAsync(mail, written, OneClickScope.Everything);
        }

        if (host.Length == 0 || !Sender.TryVerify(mail, host, out var sender))
            return await notice.ForwardAsync(mail, cancellationToken);
        var recorded = await identifiers.RecordAsync(
            new IdentifierStop(sender, Scope.Everything, mail.At, Source.Mailto, ChangeEvidence.None, $"mailto:{mail.Key}"),
            WaitFor.Durable,
            cancellationToken);
        if (recorded is not null)
            LogSender();
        return recorded is not null;
    }

    private List<Link> Verified(IEnumerable<string> candidates)
    {
        var verified = new List<Link>();
        foreach (var candidate in candidates)
        {
            if (ring.TryVerify(candidate, out var link))
                verified.Add(link);
        }

        return verified;
    }

    private async Task<bool> RecordAsync(ReceivedMail mail, List<Link> from, OneClickScope meaning)
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
