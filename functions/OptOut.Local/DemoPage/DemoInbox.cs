using System.Collections.Concurrent;
using MimeKit;
using OptOut.Local.Mailbox;

namespace OptOut.Local.DemoPage;

/// <summary>The mails of one set of people, and what was done with them since this program started.</summary>
internal sealed class DemoInbox(IReadOnlyList<DemoPerson> people, IReadOnlyList<DemoMail> mails)
{
    public IReadOnlyList<DemoPerson> People => people;

    public IReadOnlyList<DemoMail> Mails => mails;

    /// <summary>By person's key, the last thing done at a vendor, in words.</summary>
    public ConcurrentDictionary<string, string> Acts { get; } = new(StringComparer.Ordinal);

    /// <summary>The mail of a key; the first where there is none.</summary>
    public DemoMail Find(string? key) => mails.FirstOrDefault(mail => mail.Key == key) ?? mails[0];

    public IEnumerable<DemoMail> For(DemoPerson person) => mails.Where(mail => mail.Person == person);
}

/// <summary>One mail as it lies in the inbox. Public because components are.</summary>
public sealed class DemoMail
{
    /// <param name="key">Unique, short and stable: in addresses of this page.</param>
    /// <param name="person">To whom.</param>
    /// <param name="topic">About what.</param>
    /// <param name="snippet">What an inbox shows beside the subject.</param>
    /// <param name="message">The mail itself.</param>
    internal DemoMail(string key, DemoPerson person, string topic, string snippet, MimeMessage message) =>
        (Key, Person, Topic, Snippet, Message, Button) = (key, person, topic, snippet, message, MailButton.From(message));

    internal string Key { get; }

    internal DemoPerson Person { get; }

    internal string Topic { get; }

    internal string Snippet { get; }

    internal MimeMessage Message { get; }

    internal MailButton Button { get; }

    /// <summary>The last press of its button; null when there was none.</summary>
    internal Press? Press { get; set; }
}

/// <summary>A press of the button, as it went over the wire.</summary>
/// <param name="Answer">Null when nobody answered.</param>
/// <param name="Problem">Why not; null when somebody did.</param>
internal sealed record Press(DateTimeOffset At, OneClickAnswer? Answer, string? Problem);
