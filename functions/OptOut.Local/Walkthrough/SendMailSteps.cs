using Microsoft.Extensions.Logging;
using MimeKit;
using OptOut.Company;
using OptOut.Links;
using OptOut.Local.Mailbox;

namespace OptOut.Local.Walkthrough;

/// <summary>A company registers a person and sends her a mail.</summary>
internal static class SendMailSteps
{
    // The very first start installs the storage emulator.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);

    public static StepGroup Create(DemoContext context, Action<ILoggingBuilder> log) => new("A mail goes out",
    [
        new("Storage, the bus, a SendGrid emulator and OptOut have started", token => StartAsync(context, log, token))
        {
            Timeout = StartTimeout,
        },
        new("De Kruidtuin registers Anna's e-mail, phone and postal address", token => RegisterAsync(context, token)),
        new("It requests her unsubscribe link and gets both mail headers", token => LinkAsync(context, token)),
        new("It sends her a mail; her mail program shows an Unsubscribe button", token => SendAsync(context, token)),
    ]);

    private static async Task<string> StartAsync(DemoContext context, Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        await context.StartAsync(log, cancellationToken);
        return ResultFormat.Milliseconds(context.Time.GetElapsedTime(started));
    }

    private static async Task<string> RegisterAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        context.AnnaKey = await context.Api.RegisterAsync(context.Anna, "nl", cancellationToken);
        return ResultFormat.Milliseconds(context.Time.GetElapsedTime(started));
    }

    private static async Task<string> LinkAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        context.Link = await context.Api.LinkAsync(context.Anna, "offers", cancellationToken);
        var elapsed = context.Time.GetElapsedTime(started);
        Expect.That(
            context.Link.ListUnsubscribe.StartsWith($"<{context.Link.Url}>", StringComparison.Ordinal),
            "the link in List-Unsubscribe",
            context.Link.ListUnsubscribe);
        Expect.That(context.Link.ListUnsubscribePost == LinkHeaders.OneClick, LinkHeaders.OneClick, context.Link.ListUnsubscribePost);
        return ResultFormat.Milliseconds(elapsed);
    }

    private static async Task<string> SendAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var link = context.Link!;
        using var mail = MarketingMail.Build(
            new MailboxAddress("De Kruidtuin", "aanbiedingen@kruidtuin.example"),
            new MailboxAddress(context.Anna.Name, context.Anna.Email),
            link,
            Language.Find("nl")!,
            context.Time.GetUtcNow());
        using var raw = new MemoryStream();
        await mail.WriteToAsync(raw, cancellationToken);
        raw.Position = 0;

        using var received = await MailFile.ReadAsync(raw, cancellationToken);
        var button = MailButton.From(received);
        context.Button = button as MailButton.Shown;
        Expect.That(context.Button?.Target == link.Url, $"a button that posts to {link.Url}", button.ToString());
        Expect.That(
            received.TextBody?.Contains(link.Url.AbsoluteUri, StringComparison.Ordinal) is true,
            "the link in the text too, for mail programs without a button",
            "none");
        return ResultFormat.Count(raw.Length, "byte", "bytes");
    }
}
