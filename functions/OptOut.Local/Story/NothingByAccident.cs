using System.Globalization;
using System.Net;

namespace OptOut.Local.Story;

/// <summary>What must not unsubscribe anybody.</summary>
internal static class NothingByAccident
{
    public static Chapter Create(Scene scene) => new("Nothing happens by accident",
    [
        new("May De Kruidtuin mail Anna?", token => AllowedAsync(scene, token)),
        new("A scanner follows the link (GET, HEAD, an empty POST)", token => ScanAsync(scene, token)),
        new("A made-up link is refused, with a form to get out all the same", token => ForgeAsync(scene, token)),
    ]);

    private static async Task<string> AllowedAsync(Scene scene, CancellationToken cancellationToken)
    {
        Expect.That(await scene.Api.MayAsync(scene.Anna, "email", cancellationToken), "yes: nobody objected", "no");
        return "yes";
    }

    private static async Task<string> ScanAsync(Scene scene, CancellationToken cancellationToken)
    {
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Post])
            await AnswersAsync(scene, method, scene.Link!.Url, body: null, HttpStatusCode.OK, cancellationToken);
        return await UntouchedAsync(scene, cancellationToken);
    }

    private static async Task<string> ForgeAsync(Scene scene, CancellationToken cancellationToken)
    {
        // One character of the signed part, so that it is still a link in every other respect.
        var link = scene.Link!.Url.AbsoluteUri.ToCharArray();
        link[^30] = link[^30] == 'A' ? 'B' : 'A';
        var forged = new Uri(new string(link));
        var page = await AnswersAsync(scene, HttpMethod.Get, forged, body: null, HttpStatusCode.NotFound, cancellationToken);
        Expect.That(page.Contains("action=\"/unsubscribe", StringComparison.Ordinal), "the public form on the page", "none");
        await AnswersAsync(scene, HttpMethod.Post, forged, "List-Unsubscribe=One-Click", HttpStatusCode.NotFound, cancellationToken);
        return "404, " + await UntouchedAsync(scene, cancellationToken);
    }

    private static async Task<string> AnswersAsync(Scene scene, HttpMethod method, Uri link, string? body, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, link);
        if (body is not null)
            request.Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var answer = await scene.Http.SendAsync(request, cancellationToken);
        Expect.That(answer.StatusCode == expected, string.Create(CultureInfo.InvariantCulture, $"{(int)expected} to {method}"), string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode}"));
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    private static async Task<string> UntouchedAsync(Scene scene, CancellationToken cancellationToken)
    {
        var entries = await scene.Records.VerifiedEntriesAsync(scene.AnnaKey, cancellationToken);
        Expect.That(entries == 0, "no entry in her ledger", Figures.Count(entries, "entry", "entries"));
        Expect.That(await scene.Api.MayAsync(scene.Anna, "email", cancellationToken), "that she may still be mailed", "that she may not");
        return "0 entries";
    }
}
