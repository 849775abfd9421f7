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
/// Forwards a mail to the controller when the person cannot be identified, so that somebody there can act on it. Nothing is recorded for an
/// address that may be forged, and no request is dropped.
/// </summary>
internal sealed partial class MailtoNotice(
    IMailSender sender,
    ComponentRenderer components,
    IOptions<ControllerOptions> controller,
    IOptions<LinkOptions> links,
    IOptions<MailtoOptions> options,
    TimeProvider time,
    ILogger<MailtoNotice> logger)
{
    private const int MaxText = 2_000, MaxLine = 300;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<DateTimeOffset> _sent = [];

    /// <returns>Whether the mail was forwarded; if not, the mail service must deliver it again.</returns>
    internal async Task<bool> ForwardAsync(ReceivedMail mail, CancellationToken cancellationToken)
    {
        if (TryReserve() is not { } reserved)
        {
            LogWaits(options.Value.NoticesPerHour);
            return false;
        }

        var outcome = await sender.SendAsync(await WriteAsync(mail), cancellationToken);
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

    private DateTimeOffset? TryReserve()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _sent.RemoveAll(t => now - t >= Hour);
            if (_sent.Count >= options.Value.NoticesPerHour)
                return null;
            _sent.Add(now);
            return now;
        }
    }

    private void Release(DateTimeOffset reserved)
    {
        lock (_gate)
            _sent.Remove(reserved);
    }

    private async Task<OutgoingMail> WriteAsync(ReceivedMail mail)
    {
        var words = controller.Value.Language;
        var text = mail.Text.Trim() is { Length: > 0 } plain ? plain : HtmlText.ToPlainText(mail.Html);
        string[] intro =
        [
            words["mailto.notice.what"],
            words["mailto.notice.nothing"],
            words.Format("mailto.notice.do", $"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/unsubscribe"),
        ];
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
            $"{controller.Value.Name}: {words["mailto.notice.subject"]}",
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

    [LoggerMessage(Level = LogLevel.Information, Message = "The sender of a mail to the unsubscribe address could not be identified: the "
        + "mail is forwarded to the controller's privacy address")]
    private partial void LogForwarded();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "More than {Limit} mails in an hour had a sender who could not be identified: this one waits at the mail service, three "
            + "days at most. Check for spam, or raise OptOut:Mailto:NoticesPerHour")]
    private partial void LogWaits(int limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail could not be forwarded to the controller's privacy address "
        + "({Reason}); it waits at the mail service, three days at most")]
    private partial void LogNotSent(string reason);
}
