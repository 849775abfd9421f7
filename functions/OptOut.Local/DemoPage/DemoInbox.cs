using System.Collections.Concurrent;
using MimeKit;
using OptOut.Local.Mailbox;

namespace OptOut.Local.DemoPage;

/// <summary>The mails of one set of people, and what was done with them since this program started.</summary>
internal sealed class DemoInbox(IReadOnlyList<DemoPerson> people, IReadOnlyList<DemoMail> mails)
{
    public IReadOnlyList<DemoPerson> People => people;

    public IReadOnlyList<DemoMail> Mails => mails;

    /// <summary>By person's key: a description of the last action at a vendor.</summary>
    public ConcurrentDictionary<string, string> VendorActions { get; } = new(StringComparer.Ordinal);

    /// <summary>The mail with this key; the first mail if there is none.</summary>
    public DemoMail Find(string? key) => mails.FirstOrDefault(mail => mail.Key == key) ?? mails[0];

    public IEnumerable<DemoMail> For(DemoPerson person) => mails.Where(mail => mail.Person == person);
}

/// <summary>One mail in the inbox. Public because Razor components are public.</summary>
public sealed class DemoMail
{
    /// <param name="key">Unique, short and stable; part of this page's addresses.</param>
    /// <param name="person">The recipient.</param>
    /// <param name="topic">The topic of the mail.</param>
    /// <param name="snippet">The preview text that an inbox shows with the subject.</param>
    /// <param name="message">The mail itself.</param>
    internal DemoMail(string key, DemoPerson person, string topic, string snippet, MimeMessage message) =>
        (Key, Person, Topic, Snippet, Message, Button) = (key, person, topic, snippet, message, MailButton.From(message));

    internal string Key { get; }

    internal DemoPerson Person { get; }

    internal string Topic { get; }

    internal string Snippet { get; }

    internal MimeMessage Message { get; }

    internal MailButton Button { get; }

    /// <summary>The last press of its button; null if there was none.</summary>
    internal Press? Press { get; set; }
}

/// <summary>A press of the button: the request and its answer.</summary>
/// <param name="Answer">Null if there was no answer.</param>
/// <param name="Problem">Why there was no answer; null if there was one.</param>
internal sealed record Press(DateTimeOffset At, OneClickAnswer? Answer, string? Problem);
