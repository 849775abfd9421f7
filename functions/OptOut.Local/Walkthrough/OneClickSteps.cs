using System.Globalization;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Records;

namespace OptOut.Local.Walkthrough;

/// <summary>Anna clicks the Unsubscribe button in her mail program.</summary>
internal static class OneClickSteps
{
    private const string Confirmation = "De Kruidtuin: U bent uitgeschreven";

    private static readonly string[] Channels = ["email", "sms", "phone", "post"];

    public static StepGroup Create(DemoContext context) => new("One click",
    [
        new("Anna clicks Unsubscribe; her mail program's POST is answered", token => ClickAsync(context, token)),
        new("May De Kruidtuin reach Anna by e-mail, SMS, phone or post?", token => VerifyStoppedAsync(context, token)),
        new("SendGrid confirms: she is on its global list and in its 3 groups", token => ConfirmedAsync(context, token)),
        new($"Anna gets a mail in Dutch: \"{Confirmation}\"", token => VerifyMailAsync(context, token)),
    ]);

    private static async Task<string> ClickAsync(DemoContext context, CancellationToken cancellationToken)
    {
        context.ClickedAt = context.Time.GetTimestamp();
        var answer = await context.MailClient.PressAsync(context.Button!, OneClickEncoding.Multipart, cancellationToken);
        Expect.That(answer.IsSuccess, "200", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        return ResultFormat.Milliseconds(answer.Elapsed);
    }

    private static async Task<string> VerifyStoppedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        await context.EventuallyAsync(
            async token =>
            {
                var allowed = new List<string>();
                foreach (var channel in Channels)
                {
                    if (await context.Api.MaySendAsync(context.Anna, channel, token))
                        allowed.Add(channel);
                }

                return allowed;
            },
            allowed => allowed.Count == 0, "no, over no channel", allowed => $"yes, over {string.Join(", ", allowed)}", cancellationToken);
        return $"no, after {ResultFormat.Milliseconds(context.Time.GetElapsedTime(context.ClickedAt))}";
    }

    private static async Task<string> ConfirmedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var row = await ConfirmedAsync(context, context.AnnaKey, cancellationToken);
        string[] expected = ["global", .. LocalSettings.SendGridGroups.Keys.Select(g => g.ToString(CultureInfo.InvariantCulture))];
        var lists = await context.SendGrid.ListsContainingAsync(context.Anna.Email, cancellationToken);
        Expect.That(lists.SetEquals(expected), string.Join(", ", expected), string.Join(", ", lists));
        return $"time-to-stop {ResultFormat.Milliseconds(row.TimeToStop!.Value)}";
    }

    /// <summary>Waits for SendGrid's confirmation of a person's Stop.</summary>
    public static async Task<VendorRow> ConfirmedAsync(
        DemoContext context, Consent.SubjectKey subject, CancellationToken cancellationToken) =>
        (await context.EventuallyAsync(
            token => context.Records.SendGridRowAsync(subject, token),
            row => row is { Status: VendorStatus.Confirmed, TimeToStop: not null },
            "SendGrid's confirmation",
            row => row is null
                ? "none yet"
                : string.Create(CultureInfo.InvariantCulture, $"{row.Status} after {row.Attempt} attempts: {row.Reason}"),
            cancellationToken))!;

    private static async Task<string> VerifyMailAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var mail = (await context.EventuallyAsync(
            async token => (await context.SendGrid.MailsAsync(token)).FirstOrDefault(m => m.To == context.Anna.Email),
            mail => mail is not null,
            "a mail to her",
            _ => "none",
            cancellationToken))!;
        Expect.That(mail.SubjectLine == Confirmation, Confirmation, mail.SubjectLine);
        Expect.That(mail.Dropped is null, "the mail to be delivered, although she is unsubscribed", $"it was dropped: {mail.Dropped}");
        return $"after {ResultFormat.Milliseconds(context.Time.GetElapsedTime(context.ClickedAt))}";
    }
}
