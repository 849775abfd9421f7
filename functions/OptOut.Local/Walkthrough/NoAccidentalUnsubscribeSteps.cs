using System.Globalization;
using System.Net;

namespace OptOut.Local.Walkthrough;

/// <summary>Requests that must not unsubscribe anyone.</summary>
internal static class NoAccidentalUnsubscribeSteps
{
    public static StepGroup Create(DemoContext context) => new("Nothing happens by accident",
    [
        new("May De Kruidtuin mail Anna?", token => AllowedAsync(context, token)),
        new("A scanner follows the link (GET, HEAD, an empty POST)", token => ScanAsync(context, token)),
        new("A forged link is refused; its page offers the public form instead", token => ForgeAsync(context, token)),
    ]);

    private static async Task<string> AllowedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        Expect.That(await context.Api.MaySendAsync(context.Anna, "email", cancellationToken), "yes, because she has not objected", "no");
        return "yes";
    }

    private static async Task<string> ScanAsync(DemoContext context, CancellationToken cancellationToken)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            await RequestAsync(context, method, context.Link!.Url, body: null, HttpStatusCode.OK, cancellationToken);

        // A program must not read success, so this is an error, with a page that asks a person to confirm.
        await RequestAsync(context, HttpMethod.Post, context.Link!.Url, body: null, HttpStatusCode.BadRequest, cancellationToken);
        return await VerifyUnchangedAsync(context, cancellationToken);
    }

    private static async Task<string> ForgeAsync(DemoContext context, CancellationToken cancellationToken)
    {
        // Changes one character of the signed part, so that the rest of the link stays valid.
        var link = context.Link!.Url.AbsoluteUri.ToCharArray();
        link[^30] = link[^30] == 'A' ? 'B' : 'A';
        var forged = new Uri(new string(link));
        var page = await RequestAsync(context, HttpMethod.Get, forged, body: null, HttpStatusCode.NotFound, cancellationToken);
        Expect.That(page.Contains("action=\"/unsubscribe", StringComparison.Ordinal), "the public form on the page", "none");
        await RequestAsync(context, HttpMethod.Post, forged, "List-Unsubscribe=One-Click", HttpStatusCode.NotFound, cancellationToken);
        return "404, " + await VerifyUnchangedAsync(context, cancellationToken);
    }

    private static async Task<string> RequestAsync(
        DemoContext context, HttpMethod method, Uri link, string? body, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, link);
        if (body is not null)
        {
            request.Content = new StringContent(
                body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        }

        using var answer = await context.Http.SendAsync(request, cancellationToken);
        Expect.That(
            answer.StatusCode == expected,
            string.Create(CultureInfo.InvariantCulture, $"{(int)expected} to {method}"),
            string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode}"));
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    private static async Task<string> VerifyUnchangedAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var entries = await context.Records.VerifiedEntriesAsync(context.AnnaKey, cancellationToken);
        Expect.That(entries == 0, "no entry in her ledger", ResultFormat.Count(entries, "entry", "entries"));
        Expect.That(await context.Api.MaySendAsync(context.Anna, "email", cancellationToken), "yes, she may still be mailed", "no");
        return "0 entries";
    }
}
