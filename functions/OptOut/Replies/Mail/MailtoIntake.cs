using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Links;

namespace OptOut.Replies.Mail;

/// <summary>
/// What a mail to the unsubscribe host means. In this order, and the first that says something is all that is heard: a token in the address it was
/// sent to, a token in what was written, the sender's address where that is proven. A mail cannot be asked what it wants: the host is there for
/// nothing else, so whoever writes to it is stopped, for everything. Only the address of a mail client's button stops what a one-click POST would
/// (<see cref="LinkOptions.OneClickScope"/>), because it is that button's other form.
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
    /// <returns>Whether whatever the mail asks is durable; when not, it must be handed over again.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store cannot say whose address the sender's is.</exception>
    internal async Task<bool> TakeAsync(ReceivedMail mail, CancellationToken cancellationToken)
    {
        var nature = MailNatures.Classify(mail);
        if (nature == MailNature.Answer)
            return Ignored(nature);

        var host = links.Value.MailtoHost;
        if (Verified(mail.Recipients.Select(r => TokenSearch.InAddress(r, host)).OfType<string>().Take(TokenSearch.MaxCandidates)) is { Count: > 0 } addressed)
            return await RecordAsync(mail, addressed, links.Value.OneClickScope);
        if (nature == MailNature.Generated)
            return Ignored(nature);

        // To and Cc: a mail that was redirected on its way has another envelope.
        if (Verified(TokenSearch.InTexts([mail.SubjectLine, .. mail.Headers.All("To"), .. mail.Headers.All("Cc"), mail.Text, TokenSearch.Plain(mail.Html)])) is { Count: > 0 } written)
            return await RecordAsync(mail, written, OneClickScope.Everything);

        if (host.Length == 0 || !Sender.TryVerify(mail, host, out var sender))
            return await notice.PassOnAsync(mail, cancellationToken);
        var recorded = await identifiers.RecordAsync(
            new IdentifierStop(sender, Scope.Everything, mail.At, Source.Mailto, ChangeEvidence.None, $"mailto:{mail.Key}"), AnswerWhen.WaitForDurable, cancellationToken);
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
        foreach (var ofOne in from.GroupBy(l => l.Subject))
        {
            // The ids follow from the mail and the person, so that a mail handed over again is the same submission.
            var submissionId = EventIds.Derive("mailto", mail.Key, ofOne.Key.ToString());
            var stops = ofOne.GroupBy(l => meaning.From(l.Channel, catalogue.Find(l.TopicId))).Select(scope => Change.Create(
                EventIds.Derive("mailto", mail.Key, ofOne.Key.ToString(), scope.Key.ToString()),
                ofOne.Key,
                scope.Key,
                Decision.Stop,
                mail.At,
                time.GetUtcNow(),
                Source.Mailto,
                new ChangeEvidence(scope.First().Channel, catalogue.Find(scope.First().TopicId), scope.First().Campaign),
                submissionId));
            durable &= (await changes.RecordAsync([.. stops], AnswerWhen.WaitForDurable)).Durable;
        }

        if (durable)
            LogTokens(from.Count);
        return durable;
    }

    private bool Ignored(MailNature nature)
    {
        LogIgnored(nature);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail is recorded as an opt-out by its links of ours ({Count})")]
    private partial void LogTokens(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail whose sender is proven is recorded as an opt-out")]
    private partial void LogSender();

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail that a machine wrote ({Nature}) is ignored")]
    private partial void LogIgnored(MailNature nature);
}
