using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// <c>GET /u/{token}/receipt?ref=XXXX-XXXX-XXXX</c>: the proof of a submission, to print; with <c>format=html</c> or <c>format=json</c> a
/// file to keep. Changes nothing.
/// </summary>
internal sealed class ReceiptEndpoint(
    ConsentStore consent, TopicCatalogue catalogue, PageRenderer renderer, ResultPages results, IOptions<ControllerOptions> controller)
{
    internal async Task<IResult> AnswerAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        if (!Reference.TryParse(LinkText.Word(visit.Request.Query["ref"]), out var reference))
            return await MissingAsync(visit);
        return await FindAsync(visit, reference, cancellationToken).OrPageAsync(() =>
            results.UnavailableAsync(visit.ViewAt(LinkPages.Receipt, reference), "down.read", visit.Address(LinkPages.Receipt, reference)));
    }

    private async Task<IResult> FindAsync(LinkVisit visit, string reference, CancellationToken cancellationToken)
    {
        var entries = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(visit.Subject, cancellationToken))
        {
            if (Reference.From(entry.Change) == reference)
                entries.Add(entry);
        }

        return entries.Count == 0
            ? await MissingAsync(visit)
            : await ShowAsync(visit, reference, Receipt.From(entries, visit.View.Language, catalogue, controller.Value));
    }

    internal Task<IResult> MissingAsync(LinkVisit visit) =>
        renderer.RenderAsync<ReceiptMissingPage>(StatusCodes.Status404NotFound, new Dictionary<string, object?>
        {
            [nameof(ReceiptMissingPage.View)] = visit.ViewAt(),
            [nameof(ReceiptMissingPage.Back)] = visit.Address(),
        });

    private async Task<IResult> ShowAsync(LinkVisit visit, string reference, Receipt receipt)
    {
        var format = LinkText.Word(visit.Request.Query["format"]);
        if (format == "json")
            return renderer.Download(receipt.ToJson(), "application/json", $"optout-{reference}.json");
        return await renderer.RenderAsync<ReceiptPage>(
            StatusCodes.Status200OK,
            new Dictionary<string, object?>
            {
                [nameof(ReceiptPage.View)] = visit.ViewAt(LinkPages.Receipt, reference),
                [nameof(ReceiptPage.Receipt)] = receipt,
                [nameof(ReceiptPage.IsFile)] = format == "html",
                [nameof(ReceiptPage.Html)] = visit.Address(LinkPages.Receipt, reference, "html"),
                [nameof(ReceiptPage.Json)] = visit.Address(LinkPages.Receipt, reference, "json"),
                [nameof(ReceiptPage.Back)] = visit.Address(),
            },
            downloadAs: format == "html" ? $"optout-{reference}.html" : null);
    }
}
