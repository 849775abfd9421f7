using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Vendors;

/// <summary>What a vendor calls of its own accord: <c>POST /webhooks/{Path}</c>. Anonymous to the host: each proves itself on the raw body.</summary>
internal interface IVendorWebhook
{
    /// <summary>Two segments, in lower case: <c>sendgrid/events</c>.</summary>
    string Path { get; }

    /// <exception cref="Platform.StoreUnavailableException">Not everything could be kept: the vendor is told to come back.</exception>
    Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken);
}

/// <summary>Every vendor's webhooks. A vendor brings its own, so that a new one needs no trigger of its own.</summary>
internal sealed class VendorWebhooks(IEnumerable<IVendorWebhook> webhooks)
{
    private readonly Dictionary<string, IVendorWebhook> _webhooks = webhooks.ToDictionary(d => d.Path, StringComparer.Ordinal);

    /// <returns>404 where no vendor that is configured has this webhook.</returns>
    public Task<IResult> PostAsync(HttpRequest request, string vendor, string webhook, CancellationToken cancellationToken) =>
        _webhooks.TryGetValue($"{vendor}/{webhook}", out var found)
            ? found.PostAsync(request, cancellationToken).OrLaterAsync()
            : Task.FromResult(Results.NotFound());
}
