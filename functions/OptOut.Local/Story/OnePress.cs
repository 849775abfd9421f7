using System.Globalization;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Records;

namespace OptOut.Local.Story;

/// <summary>Anna presses the button in her mail program.</summary>
internal static class OnePress
{
    private const string Confirmation = "De Kruidtuin: U bent uitgeschreven";

    private static readonly string[] Channels = ["email", "sms", "phone", "post"];

    public static Chapter Create(Scene scene) => new("One press",
    [
        new("Anna presses unsubscribe: her mail program posts, and is answered", token => PressAsync(scene, token)),
        new("May De Kruidtuin reach Anna, by mail, SMS, phone or post?", token => StoppedAsync(scene, token)),
        new("SendGrid confirms: she is on its global list and its 3 groups", token => ConfirmedAsync(scene, token)),
        new($"Anna is told, in Dutch: \"{Confirmation}\"", token => ToldAsync(scene, token)),
    ]);

    private static async Task<string> PressAsync(Scene scene, CancellationToken cancellationToken)
    {
        scene.Pressed = scene.Time.GetTimestamp();
        var answer = await scene.MailClient.PressAsync(scene.Button!, OneClickEncoding.Multipart, cancellationToken);
        Expect.That(answer.IsSuccess, "200", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        return Figures.Milliseconds(answer.Elapsed);
    }

    private static async Task<string> StoppedAsync(Scene scene, CancellationToken cancellationToken)
    {
        await scene.SoonAsync(
            async token =>
            {
                var open = new List<string>();
                foreach (var channel in Channels)
                {
                    if (await scene.Api.MayAsync(scene.Anna, channel, token))
                        open.Add(channel);
                }

                return open;
            },
            open => open.Count == 0, "no, over no channel", open => $"yes, over {string.Join(", ", open)}", cancellationToken);
        return $"no, after {Figures.Milliseconds(scene.Time.GetElapsedTime(scene.Pressed))}";
    }

    private static async Task<string> ConfirmedAsync(Scene scene, CancellationToken cancellationToken)
    {
        var row = await ConfirmedAsync(scene, scene.AnnaKey, cancellationToken);
        string[] expected = ["global", .. LocalSettings.SendGridGroups.Keys.Select(g => g.ToString(CultureInfo.InvariantCulture))];
        var lists = await scene.SendGrid.ListsWithAsync(scene.Anna.Email, cancellationToken);
        Expect.That(lists.SetEquals(expected), string.Join(", ", expected), string.Join(", ", lists));
        return $"time-to-stop {Figures.Milliseconds(row.TimeToStop!.Value)}";
    }

    /// <summary>Waits for SendGrid's confirmation of a person's Stop.</summary>
    public static async Task<VendorRow> ConfirmedAsync(Scene scene, Consent.SubjectKey subject, CancellationToken cancellationToken) => (await scene.SoonAsync(
        token => scene.Records.SendGridRowAsync(subject, token),
        row => row is { Status: VendorStatus.Confirmed, TimeToStop: not null },
        "SendGrid's confirmation",
        row => row is null ? "none yet" : string.Create(CultureInfo.InvariantCulture, $"{row.Status} after {row.Attempt} tries: {row.Reason}"),
        cancellationToken))!;

    private static async Task<string> ToldAsync(Scene scene, CancellationToken cancellationToken)
    {
        var mail = (await scene.SoonAsync(
            async token => (await scene.SendGrid.MailsAsync(token)).FirstOrDefault(m => m.To == scene.Anna.Email), mail => mail is not null, "a mail to her", _ => "none", cancellationToken))!;
        Expect.That(mail.SubjectLine == Confirmation, Confirmation, mail.SubjectLine);
        Expect.That(mail.Dropped is null, "it delivered, though she is unsubscribed", $"it dropped: {mail.Dropped}");
        return $"after {Figures.Milliseconds(scene.Time.GetElapsedTime(scene.Pressed))}";
    }
}
