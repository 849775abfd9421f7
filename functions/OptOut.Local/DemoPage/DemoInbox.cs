using MimeKit;
using OptOut.Local.Mailbox;

namespace OptOut.Local.DemoPage;

/// <summary>The mails of one set of people, and what was done with them since this program started.</summary>
internal sealed class DemoInbox(IReadOnlyList<DemoPerson> people, IReadOnlyList<DemoMail> mails)
{
    public IReadOnlyList<DemoPerson> People => people;

    public IReadOnlyList<DemoMail> Mails => mails;

    /// <summary>The last thing done to the vendor's list, in words; null when nothing was.</summary>
    public string? Act { get; set; }

    /// <summary>The mail of a key; the first where there is none.</summary>
    public DemoMail Find(string? key) => mails.FirstOrDefault(mail => mail.Key == key) ?? mails[0];

    public IEnumerable<DemoMail> Of(DemoPerson person) => mails.Where(mail => mail.Person == person);
}

/// <summary>One mail as it lies in the inbox.</summary>
/// <param name="Snippet">What an inbox shows beside the subject.</param>
internal sealed record DemoMail(string Key, DemoPerson Person, string Topic, string Snippet, MimeMessage Message)
{
    public MailButton Button { get; } = MailButton.Of(Message);

    /// <summary>The last press of its button; null when there was none.</summary>
    public Press? Press { get; set; }
}

/// <summary>A press of the button, as it went over the wire.</summary>
/// <param name="Answer">Null when nobody answered.</param>
/// <param name="Problem">Why not; null when somebody did.</param>
internal sealed record Press(DateTimeOffset At, OneClickAnswer? Answer, string? Problem);
