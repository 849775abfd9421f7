using Microsoft.Extensions.Logging;
using MimeKit;
using OptOut.Company;
using OptOut.Links;
using OptOut.Local.Mailbox;

namespace OptOut.Local.Story;

/// <summary>A company registers a person and writes to her.</summary>
internal static class MailGoesOut
{
    // The first time ever, the storage emulator is installed.
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);

    public static Chapter Create(Scene scene, Action<ILoggingBuilder> log) => new("A mail goes out",
    [
        new("Storage, messages, a SendGrid and OptOut itself have started", token => StartAsync(scene, log, token)) { Timeout = Start },
        new("De Kruidtuin registers Anna: an e-mail address, a phone, a home", token => RegisterAsync(scene, token)),
        new("It asks for her link, and gets both mail headers ready to paste", token => LinkAsync(scene, token)),
        new("It writes her a mail; a mail program reads it and shows the button", token => WriteAsync(scene, token)),
    ]);

    private static async Task<string> StartAsync(Scene scene, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        var begin = scene.Time.GetTimestamp();
        await scene.StartAsync(log, cancellationToken);
        return Figures.Milliseconds(scene.Time.GetElapsedTime(begin));
    }

    private static async Task<string> RegisterAsync(Scene scene, CancellationToken cancellationToken)
    {
        var begin = scene.Time.GetTimestamp();
        scene.AnnaKey = await scene.Api.RegisterAsync(scene.Anna, "nl", cancellationToken);
        return Figures.Milliseconds(scene.Time.GetElapsedTime(begin));
    }

    private static async Task<string> LinkAsync(Scene scene, CancellationToken cancellationToken)
    {
        var begin = scene.Time.GetTimestamp();
        scene.Link = await scene.Api.LinkAsync(scene.Anna, "offers", cancellationToken);
        var took = scene.Time.GetElapsedTime(begin);
        Expect.That(scene.Link.ListUnsubscribe.StartsWith($"<{scene.Link.Url}>", StringComparison.Ordinal), "the link in List-Unsubscribe", scene.Link.ListUnsubscribe);
        Expect.That(scene.Link.ListUnsubscribePost == LinkHeaders.OneClick, LinkHeaders.OneClick, scene.Link.ListUnsubscribePost);
        return Figures.Milliseconds(took);
    }

    private static async Task<string> WriteAsync(Scene scene, CancellationToken cancellationToken)
    {
        var link = scene.Link!;
        using var mail = MarketingMail.Build(
            new MailboxAddress("De Kruidtuin", "aanbiedingen@kruidtuin.example"), new MailboxAddress(scene.Anna.Name, scene.Anna.Email), link, Language.Find("nl")!, scene.Time.GetUtcNow());
        using var raw = new MemoryStream();
        await mail.WriteToAsync(raw, cancellationToken);
        raw.Position = 0;

        using var received = await MailFile.ReadAsync(raw, cancellationToken);
        var button = MailButton.From(received);
        scene.Button = button as MailButton.Shown;
        Expect.That(scene.Button?.Target == link.Url, $"a button that posts to {link.Url}", button.ToString());
        Expect.That(received.TextBody?.Contains(link.Url.AbsoluteUri, StringComparison.Ordinal) is true, "the link in the text too, for who has no button", "none");
        return Figures.Count(raw.Length, "byte", "bytes");
    }
}
