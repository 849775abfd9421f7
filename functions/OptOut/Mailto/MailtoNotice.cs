using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Identifiers;
using OptOut.Links;
using OptOut.Mail;
using OptOut.Vendors;
using OptOut.Vendors.SendGrid;

namespace OptOut.Mailto;

/// <summary>
/// Passes a mail that nobody can be recognised in on to the controller, so that a person acts: from an address that may be forged nothing is
/// recorded, and nothing that somebody asks is dropped.
/// </summary>
public sealed partial class MailtoNotice(
    SendGridMail sender, IOptions<ControllerOptions> controller, IOptions<LinkOptions> links, IOptions<MailtoOptions> options, TimeProvider time, ILogger<MailtoNotice> logger)
{
    private const int MaxText = 2_000, MaxLine = 300;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<DateTimeOffset> _turns = [];

    /// <returns>Whether it is on its way; when not, the mail service must come back with the mail.</returns>
    internal async Task<bool> PassOnAsync(ReceivedMail mail, CancellationToken cancellationToken)
    {
        if (TakeTurn() is not { } turn)
        {
            LogWaits(options.Value.NoticesPerHour);
            return false;
        }

        var outcome = await sender.SendAsync(Write(mail), cancellationToken);
        if (outcome is VendorOutcome.Confirmed)
        {
            LogPassedOn();
            return true;
        }

        GiveBack(turn);
        LogNotSent(outcome switch { VendorOutcome.Transient transient => transient.Reason, VendorOutcome.Rejected rejected => rejected.Reason, _ => "" });
        return false;
    }

    private DateTimeOffset? TakeTurn()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _turns.RemoveAll(t => now - t >= Hour);
            if (_turns.Count >= options.Value.NoticesPerHour)
                return null;
            _turns.Add(now);
            return now;
        }
    }

    private void GiveBack(DateTimeOffset turn)
    {
        lock (_gate)
            _turns.Remove(turn);
    }

    private OutgoingMail Write(ReceivedMail mail)
    {
        var words = controller.Value.Language;
        var text = mail.Text.Trim() is { Length: > 0 } plain ? plain : HtmlText.Of(mail.Html);
        string[] intro = [words["mailto.notice.what"], words["mailto.notice.nothing"], words.Format("mailto.notice.do", $"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/unsubscribe")];
        string[] facts =
        [
            words.Format("mailto.notice.from", OneLine(mail.Headers["From"] ?? mail.ReturnPath ?? "")),
            words.Format("mailto.notice.about", OneLine(mail.Subject)),
            words.Format("mailto.notice.received", controller.Value.Moment(mail.At, words)),
        ];
        var quoted = text.Length > MaxText ? $"{Cut(text)}\n{words["mailto.notice.cut"]}" : text.Length > 0 ? text : words["mailto.notice.empty"];
        _ = EmailAddress.TryParse(controller.Value.PrivacyAddress, out var to);
        return new OutgoingMail(
            to,
            ToName: null,
            $"{controller.Value.Name}: {words["mailto.notice.subject"]}",
            $"{string.Join("\n\n", intro)}\n\n{string.Join('\n', facts)}\n\n{Printable(quoted)}\n",
            $"""
            <!DOCTYPE html><html lang="{words.Code}"><head><meta charset="utf-8"></head><body style="font-family:sans-serif;max-width:36em;line-height:1.5">{string.Concat(intro.Select(Paragraph))}<p>{string.Join("<br>", facts.Select(WebUtility.HtmlEncode))}</p><pre style="white-space:pre-wrap">{WebUtility.HtmlEncode(Printable(quoted))}</pre></body></html>
            """,
            words.Code,
            $"mailto-{EventIds.Derive("mailto-notice", mail.Key):N}");
    }

    private static string Paragraph(string text) => $"<p>{WebUtility.HtmlEncode(text)}</p>";

    private static string OneLine(string text) => Printable(text.Length > MaxLine ? text[..MaxLine] : text).Replace('\n', ' ');

    private static string Cut(string text) => char.IsHighSurrogate(text[MaxText - 1]) ? text[..(MaxText - 1)] : text[..MaxText];

    // What a stranger wrote must not steer the reader's screen.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings("\n"))
            printable.Append(c == '\n' || !char.IsControl(c) ? c : ' ');
        return printable.ToString();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A mail to the unsubscribe address named nobody who could be recognised: it is passed on to the controller's privacy address")]
    private partial void LogPassedOn();

    [LoggerMessage(Level = LogLevel.Warning, Message = "More than {Limit} mails in an hour named nobody who could be recognised: this one waits at the mail service, three days at most. Look for spam, or raise OptOut:Mailto:NoticesPerHour")]
    private partial void LogWaits(int limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail could not be passed on to the controller's privacy address ({Reason}); it waits at the mail service, three days at most")]
    private partial void LogNotSent(string reason);
}
