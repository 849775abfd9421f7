using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Vendors;

/// <summary>
/// What a vendor calls: <c>POST /webhooks/{Path}</c>. The host does not authenticate it; each webhook authenticates the raw body itself.
/// </summary>
internal interface IVendorWebhook
{
    /// <summary>Two segments, in lower case: <c>sendgrid/events</c>.</summary>
    string Path { get; }

    /// <exception cref="Platform.StoreUnavailableException">Not everything could be saved: the vendor is asked to retry.</exception>
    Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken);
}

/// <summary>The webhooks of all vendors. A vendor registers its own, so a new vendor needs no new trigger.</summary>
internal sealed class VendorWebhooks(IEnumerable<IVendorWebhook> webhooks)
{
    private readonly Dictionary<string, IVendorWebhook> _webhooks = webhooks.ToDictionary(w => w.Path, StringComparer.Ordinal);

    /// <returns>404 when no configured vendor has this webhook.</returns>
    public Task<IResult> PostAsync(HttpRequest request, string vendor, string webhook, CancellationToken cancellationToken) =>
        _webhooks.TryGetValue($"{vendor}/{webhook}", out var found)
            ? found.PostAsync(request, cancellationToken).OrRetryLaterAsync()
            : Task.FromResult(Results.NotFound());
}
