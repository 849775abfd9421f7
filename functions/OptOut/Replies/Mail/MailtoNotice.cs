using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Replies.Mail;

/// <summary>
/// Forwards a mail to the controller when it is not certain who asks for what, so that somebody there can act on it. Nothing is recorded
/// for an address that may be forged, and no request is dropped.
/// </summary>
internal sealed partial class MailtoNotice(
    IMailSender sender,
    LinkKeyRing ring,
    ComponentRenderer components,
    IOptions<ControllerOptions> controller,
    IOptions<LinkOptions> links,
    IOptions<MailtoOptions> options,
    TimeProvider time,
    ILogger<MailtoNotice> logger)
{
    private const int MaxText = 2_000, MaxLine = 300, MaxLinks = 5;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<(DateTimeOffset At, bool IsMachine)> _sent = [];

    private string SubjectLine => $"{controller.Value.Name}: {controller.Value.Language["mailto.notice.subject"]}";

    /// <summary>
    /// Whether the mail answers or returns a notice, as the privacy address's own automatic reply does: a notice about it would start a
    /// loop.
    /// </summary>
    internal bool IsAnsweredBy(ReceivedMail mail) => mail.SubjectLine.Contains(SubjectLine, StringComparison.OrdinalIgnoreCase);

    /// <returns>Whether the mail was forwarded; if not, the mail service must deliver it again.</returns>
    internal async Task<bool> ForwardAsync(ReceivedMail mail, MailtoDoubt doubt, CancellationToken cancellationToken)
    {
        if (TryReserve(doubt.Reason == DoubtReason.Machine) is not { } reserved)
        {
            LogWaits(options.Value.NoticesPerHour);
            return false;
        }

        var outcome = await sender.SendAsync(await WriteAsync(mail, doubt), cancellationToken);
        if (outcome is VendorOutcome.Confirmed)
        {
            LogForwarded();
            return true;
        }

        Release(reserved);
        LogNotSent(outcome switch
        {
            VendorOutcome.Transient transient => transient.Reason,
            VendorOutcome.Rejected rejected => rejected.Reason,
            _ => "",
        });
        return false;
    }

    // What machines write may use at most half of the limit, so that it does not delay what people write.
    private (DateTimeOffset At, bool IsMachine)? TryReserve(bool isMachine)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _sent.RemoveAll(sent => now - sent.At >= Hour);
            var limit = options.Value.NoticesPerHour;
            if (_sent.Count >= limit || (isMachine && _sent.Count(sent => sent.IsMachine) >= Math.Max(1, limit / 2)))
                return null;
            _sent.Add((now, isMachine));
            return (now, isMachine);
        }
    }

    private void Release((DateTimeOffset At, bool IsMachine) reserved)
    {
        lock (_gate)
            _sent.Remove(reserved);
    }

    private IEnumerable<string> Intro(MailtoDoubt doubt)
    {
        var words = controller.Value.Language;
        var site = links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/');
        yield return words[doubt.Reason switch
        {
            DoubtReason.Machine => "mailto.notice.what.machine",
            DoubtReason.DamagedAddress => "mailto.notice.what.damaged",
            DoubtReason.QuotedLink => "mailto.notice.what.quoted",
            _ => "mailto.notice.what",
        }];
        yield return doubt.StoppedSender is { } stopped
            ? words.Format("mailto.notice.stopped", stopped)
            : words["mailto.notice.nothing"];
        if (doubt.Links is [])
            yield return words.Format(doubt.StoppedSender is null ? "mailto.notice.do" : "mailto.notice.do.other", $"{site}/unsubscribe");
        foreach (var link in doubt.Links.Take(MaxLinks))
            yield return words.Format("mailto.notice.do.link", $"{site}/u/{ring.Sign(link)}");
    }

    private async Task<OutgoingMail> WriteAsync(ReceivedMail mail, MailtoDoubt doubt)
    {
        var words = controller.Value.Language;
        var text = mail.Text.Trim() is { Length: > 0 } plain ? plain : HtmlText.ToPlainText(mail.Html);
        string[] intro = [.. Intro(doubt)];
        string[] facts =
        [
            words.Format("mailto.notice.from", OneLine(mail.Headers["From"] ?? mail.ReturnPath ?? "")),
            words.Format("mailto.notice.about", OneLine(mail.SubjectLine)),
            words.Format("mailto.notice.received", controller.Value.FormatMoment(mail.At, words)),
        ];
        var quoted = Printable(text switch
        {
            { Length: 0 } => words["mailto.notice.empty"],
            { Length: > MaxText } => $"{Cut(text, MaxText)}\n{words["mailto.notice.cut"]}",
            _ => text,
        });
        _ = EmailAddress.TryParse(controller.Value.PrivacyAddress, out var to);
        return new OutgoingMail(
            to,
            ToName: null,
            SubjectLine,
            $"{string.Join("\n\n", intro)}\n\n{string.Join('\n', facts)}\n\n{quoted}\n",
            await components.RenderAsync<MailtoNoticeHtml>(new Dictionary<string, object?>
            {
                [nameof(MailtoNoticeHtml.Language)] = words,
                [nameof(MailtoNoticeHtml.Intro)] = intro,
                [nameof(MailtoNoticeHtml.Facts)] = facts,
                [nameof(MailtoNoticeHtml.Quoted)] = quoted,
            }),
            words.Code,
            $"mailto-{EventIds.Derive("mailto-notice", mail.Key):N}");
    }

    private static string OneLine(string text) => Printable(Cut(text, MaxLine)).Replace('\n', ' ');

    private static string Cut(string text, int max) =>
        text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    // Text from a stranger must not control the reader's screen.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings("\n"))
            printable.Append(c == '\n' || !char.IsControl(c) ? c : ' ');
        return printable.ToString();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "It is not certain what a mail to the unsubscribe address asks for whom: "
        + "it is forwarded to the controller's privacy address")]
    private partial void LogForwarded();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "More mails in an hour must be read by a person than OptOut:Mailto:NoticesPerHour ({Limit}) allows: this one waits at "
            + "the mail service, three days at most. Check for spam, or raise the limit")]
    private partial void LogWaits(int limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail could not be forwarded to the controller's privacy address "
        + "({Reason}); it waits at the mail service, three days at most")]
    private partial void LogNotSent(string reason);
}
