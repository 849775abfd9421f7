using System.Globalization;
using OptOut.Local.Mailbox;

namespace OptOut.Local.Story;

/// <summary>What is left to show to who asks, and that pressing again, or together, spoils nothing of it.</summary>
internal static class LedgerProof
{
    private const int AtOnce = 10;

    public static Chapter Create(Scene scene) => new("Proof",
    [
        new("Her ledger is read back and every hash in it computed again", token => LedgerAsync(scene, token)),
        new("The same press again, twice: nothing is added", token => ReplayAsync(scene, token)),
        new("20 others press at once, and SendGrid confirms every one", token => CrowdAsync(scene, token)),
        new("Everybody who pressed got one confirmation, and no second", token => MailsAsync(scene, token)),
    ]);

    private static async Task<string> LedgerAsync(Scene scene, CancellationToken cancellationToken)
    {
        var entries = await scene.Records.VerifiedEntriesAsync(scene.AnnaKey, cancellationToken);
        Expect.That(entries == 1, "1 entry", Figures.Count(entries, "entry", "entries"));
        return "1 entry, chain intact";
    }

    private static async Task<string> ReplayAsync(Scene scene, CancellationToken cancellationToken)
    {
        var before = await scene.Records.StoppedAtAsync(scene.AnnaKey, cancellationToken);
        foreach (var encoding in (OneClickEncoding[])[OneClickEncoding.Multipart, OneClickEncoding.UrlEncoded])
        {
            var answer = await scene.MailClient.PressAsync(scene.Button!, encoding, cancellationToken);
            Expect.That(answer.IsSuccess, "200", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        }

        // The answer does not wait for the store, so: until the store has seen it. It keeps the later moment, and only that.
        await scene.SoonAsync(
            token => scene.Records.StoppedAtAsync(scene.AnnaKey, token), at => at > before, "the moment of the later press", at => string.Create(CultureInfo.InvariantCulture, $"{at:O}"), cancellationToken);
        var entries = await scene.Records.VerifiedEntriesAsync(scene.AnnaKey, cancellationToken);
        Expect.That(entries == 1, "still 1 entry", Figures.Count(entries, "entry", "entries"));
        return "1 entry, chain intact";
    }

    private static async Task<string> CrowdAsync(Scene scene, CancellationToken cancellationToken)
    {
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var registered = await Task.WhenAll(scene.Others.Select(async person =>
            (Key: await scene.Api.RegisterAsync(person, "nl", cancellationToken), Link: await scene.Api.LinkAsync(person, "newsletter", cancellationToken))));

        var begin = scene.Time.GetTimestamp();
        await Parallel.ForEachAsync(registered, bounded, async (one, token) =>
        {
            var answer = await scene.MailClient.PressAsync(new MailButton.Shown(one.Link.Url, ""), OneClickEncoding.Multipart, token);
            Expect.That(answer.IsSuccess, "200 to each", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        });
        foreach (var (key, _) in registered)
            await OnePress.ConfirmedAsync(scene, key, cancellationToken);
        return $"within {Figures.Milliseconds(scene.Time.GetElapsedTime(begin))}";
    }

    private static async Task<string> MailsAsync(Scene scene, CancellationToken cancellationToken)
    {
        string[] pressed = [scene.Anna.Email, .. scene.Others.Select(p => p.Email)];
        var mails = await scene.SoonAsync(
            async token => (await scene.SendGrid.MailsAsync(token)).CountBy(m => m.To).ToDictionary(),
            mails => pressed.All(mails.ContainsKey),
            $"mails to {pressed.Length} people",
            mails => Figures.Count(pressed.Count(mails.ContainsKey), "person got one", "people got one"),
            cancellationToken);
        Expect.That(pressed.All(p => mails[p] == 1), "one each", $"{pressed.Max(p => mails[p])} to one person");
        return Figures.Count(pressed.Length, "mail", "mails");
    }
}
