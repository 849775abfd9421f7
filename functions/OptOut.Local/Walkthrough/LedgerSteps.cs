using System.Globalization;
using OptOut.Local.Mailbox;

namespace OptOut.Local.Walkthrough;

/// <summary>Verifies the ledger, and that repeated and concurrent clicks do not corrupt it.</summary>
internal static class LedgerSteps
{
    private const int MaxConcurrent = 10;

    public static StepGroup Create(DemoContext context) => new("Proof",
    [
        new("Her ledger is read back and every hash is recomputed", token => VerifyLedgerAsync(context, token)),
        new("She clicks twice more: nothing is added", token => ClickAgainAsync(context, token)),
        new("20 others click at once, and SendGrid confirms each of them", token => ClickConcurrentlyAsync(context, token)),
        new("Everyone who clicked got exactly one confirmation", token => VerifyMailsAsync(context, token)),
    ]);

    private static async Task<string> VerifyLedgerAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var entries = await context.Records.VerifiedEntriesAsync(context.AnnaKey, cancellationToken);
        Expect.That(entries == 1, "1 entry", ResultFormat.Count(entries, "entry", "entries"));
        return "1 entry, chain intact";
    }

    private static async Task<string> ClickAgainAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var before = await context.Records.NumberAsync(context.AnnaKey, cancellationToken);
        foreach (var encoding in (OneClickEncoding[])[OneClickEncoding.Multipart, OneClickEncoding.UrlEncoded])
        {
            var answer = await context.MailClient.PressAsync(context.Button!, encoding, cancellationToken);
            Expect.That(answer.IsSuccess, "200", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        }

        // The answer does not wait for the store, so poll until the store has both repeats. Only the number changes.
        await context.EventuallyAsync(
            token => context.Records.NumberAsync(context.AnnaKey, token),
            number => number == before + 2,
            "a number for each click",
            number => string.Create(CultureInfo.InvariantCulture, $"number {number}"),
            cancellationToken);
        var entries = await context.Records.VerifiedEntriesAsync(context.AnnaKey, cancellationToken);
        Expect.That(entries == 1, "still 1 entry", ResultFormat.Count(entries, "entry", "entries"));
        return "1 entry, chain intact";
    }

    private static async Task<string> ClickConcurrentlyAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = cancellationToken };
        var registered = await Task.WhenAll(context.Others.Select(async person =>
            (
                Key: await context.Api.RegisterAsync(person, "nl", cancellationToken),
                Link: await context.Api.LinkAsync(person, "newsletter", cancellationToken))));

        var started = context.Time.GetTimestamp();
        await Parallel.ForEachAsync(registered, options, async (entry, token) =>
        {
            var answer = await context.MailClient.PressAsync(new MailButton.Shown(entry.Link.Url, ""), OneClickEncoding.Multipart, token);
            Expect.That(answer.IsSuccess, "200 to each", string.Create(CultureInfo.InvariantCulture, $"{(int)answer.Status}"));
        });
        foreach (var (key, _) in registered)
            await OneClickSteps.ConfirmedAsync(context, key, cancellationToken);
        return $"within {ResultFormat.Milliseconds(context.Time.GetElapsedTime(started))}";
    }

    private static async Task<string> VerifyMailsAsync(DemoContext context, CancellationToken cancellationToken)
    {
        string[] clicked = [context.Anna.Email, .. context.Others.Select(p => p.Email)];
        var mails = await context.EventuallyAsync(
            async token => (await context.SendGrid.MailsAsync(token)).CountBy(m => m.To).ToDictionary(),
            mails => clicked.All(mails.ContainsKey),
            $"mails to {clicked.Length} people",
            mails => ResultFormat.Count(clicked.Count(mails.ContainsKey), "person got one", "people got one"),
            cancellationToken);
        Expect.That(clicked.All(p => mails[p] == 1), "one each", $"{clicked.Max(p => mails[p])} to one person");
        return ResultFormat.Count(clicked.Length, "mail", "mails");
    }
}
