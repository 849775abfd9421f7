using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Links;
using OptOut.Records;

namespace OptOut.Web.Pages;

/// <summary>
/// The receipt of a submission: the page to print, the same as a file, its data, or the text of one entry as it was hashed.
/// </summary>
internal sealed class ReceiptPages(
    ConsentStore consent, TopicCatalogue catalogue, PageRenderer renderer, IOptions<ControllerOptions> controller)
{
    /// <param name="subject">The person.</param>
    /// <param name="reference">The submission, in normal form.</param>
    /// <param name="language">The language of its texts.</param>
    /// <param name="source">Only a submission from this source; null for any.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>Null if the ledger has no such submission.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    internal async Task<Receipt?> FindAsync(
        SubjectKey subject, string reference, Language language, Source? source, CancellationToken cancellationToken)
    {
        var entries = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(subject, cancellationToken))
        {
            if (Reference.From(entry.Change) == reference && (source is null || entry.Change.Source == source))
                entries.Add(entry);
        }

        return entries.Count == 0 ? null : Receipt.From(entries, language, catalogue, controller.Value);
    }

    /// <param name="request">Names the format, and for a text the line.</param>
    /// <param name="view">Gives the language, and the address of the page for the links to the other languages.</param>
    /// <param name="receipt">What to show.</param>
    /// <param name="address">The address of this receipt in a format.</param>
    /// <param name="back">The page that the person came from.</param>
    internal async Task<IResult> ShowAsync(HttpRequest request, PageView view, Receipt receipt, Func<string, string> address, string back)
    {
        var format = LinkText.Word(request.Query["format"]);
        if (format == "json")
            return renderer.Download(receipt.ToJson(), "application/json", $"optout-{receipt.Reference}.json");
        if (format == "text")
        {
            var line = LinkText.Word(request.Query["line"]);
            var entry = receipt.Entries.FirstOrDefault(
                e => line.Length == 0 || e.Sequence.ToString(CultureInfo.InvariantCulture) == line);
            return entry is not null
                ? renderer.Download(entry.CanonicalText, "text/plain; charset=utf-8", receipt.TextFileName(entry))
                : await MissingAsync(view, back);
        }

        return await renderer.RenderAsync<ReceiptPage>(
            StatusCodes.Status200OK,
            new Dictionary<string, object?>
            {
                [nameof(ReceiptPage.View)] = view,
                [nameof(ReceiptPage.Receipt)] = receipt,
                [nameof(ReceiptPage.IsFile)] = format == "html",
                [nameof(ReceiptPage.Address)] = address,
                [nameof(ReceiptPage.Back)] = back,
            },
            downloadAs: format == "html" ? $"optout-{receipt.Reference}.html" : null);
    }

    internal Task<IResult> MissingAsync(PageView view, string back) =>
        renderer.RenderAsync<ReceiptMissingPage>(StatusCodes.Status404NotFound, new Dictionary<string, object?>
        {
            [nameof(ReceiptMissingPage.View)] = view,
            [nameof(ReceiptMissingPage.Back)] = back,
        });
}
