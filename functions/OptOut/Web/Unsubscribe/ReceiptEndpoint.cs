using Microsoft.AspNetCore.Http;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// <c>GET /u/{token}/receipt?ref=XXXX-XXXX-XXXX</c>: the proof of a submission, to print; with <c>format=html</c> or <c>format=json</c> a
/// file to keep; with <c>format=text</c> the text of one entry, to compute its hash from. Changes nothing.
/// </summary>
internal sealed class ReceiptEndpoint(ReceiptPages receipts, ResultPages results)
{
    internal async Task<IResult> AnswerAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        if (!Reference.TryParse(LinkText.Word(visit.Request.Query["ref"]), out var reference))
            return await MissingAsync(visit);
        return await FindAsync(visit, reference, cancellationToken).OrPageAsync(() =>
            results.UnavailableAsync(visit.ViewAt(LinkPages.Receipt, reference), "down.read", visit.Address(LinkPages.Receipt, reference)));
    }

    internal Task<IResult> MissingAsync(LinkVisit visit) => receipts.MissingAsync(visit.ViewAt(), visit.Address());

    private async Task<IResult> FindAsync(LinkVisit visit, string reference, CancellationToken cancellationToken) =>
        await receipts.FindAsync(visit.Subject, reference, visit.View.Language, source: null, cancellationToken) is { } receipt
            ? await receipts.ShowAsync(
                visit.Request,
                visit.ViewAt(LinkPages.Receipt, reference),
                receipt,
                format => visit.Address(LinkPages.Receipt, reference, format),
                visit.Address())
            : await MissingAsync(visit);
}
