using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Links;

namespace OptOut.Vendors.Twilio;

/// <summary>Reads webhook requests, and rejects any that Twilio did not sign for this address.</summary>
internal sealed class TwilioRequestReader(IOptions<TwilioOptions> options, IOptions<LinkOptions> links)
{
    /// <summary>
    /// The size limit in bytes. An SMS has at most 1,600 characters, each of up to twelve bytes in a form, and about twenty short
    /// parameters.
    /// </summary>
    public const int MaxBytes = 64 * 1024;

    private readonly TwilioSignature _signature = new(options.Value.AuthTokens);

    // Exactly as configured: a host in capitals is signed in capitals.
    private readonly string _base = (options.Value.WebhookBaseUrl ?? links.Value.BaseUrl)!.OriginalString.TrimEnd('/');

    /// <summary>Whether the headers could be Twilio's.</summary>
    public static bool MayBeSigned(HttpRequest request) => TwilioSignature.IsWellFormed(request.Headers[TwilioSignature.Header]);

    /// <param name="request">The request, for its headers and query.</param>
    /// <param name="path">See <see cref="IVendorWebhook.Path"/>.</param>
    /// <param name="body">The bytes as received.</param>
    /// <returns>Null when the request is not authentic.</returns>
    public TwilioRequest? Read(HttpRequest request, string path, ReadOnlyMemory<byte> body)
    {
        // A form is signed by its parameters, so these are parsed first; they are not used before the signature is verified.
        var isJson = request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is true;
        var form = isJson ? [] : TwilioRequest.Form(body.Span);
        if (!_signature.Verify(
            request.Headers[TwilioSignature.Header], $"{_base}/webhooks/{path}{request.QueryString.Value}", body.Span, form))
        {
            return null;
        }

        // A JSON body that is not covered by the signature was not signed at all, so it is ignored.
        return new TwilioRequest(!isJson ? form : request.Query.ContainsKey("bodySHA256") ? TwilioRequest.Json(body) : []);
    }
}
