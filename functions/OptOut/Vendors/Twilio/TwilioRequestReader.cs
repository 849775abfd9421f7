using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Links;

namespace OptOut.Vendors.Twilio;

/// <summary>Reads webhooks, but none that Twilio did not sign for this address.</summary>
internal sealed class TwilioRequestReader(IOptions<TwilioOptions> options, IOptions<LinkOptions> links)
{
    /// <summary>An SMS has 1,600 characters at most, each up to twelve bytes in a form, and some twenty short parameters beside them.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly TwilioSignature _signature = new(options.Value.AuthTokens);

    // As it was typed in: a host in capitals is signed in capitals.
    private readonly string _base = (options.Value.WebhookBaseUrl ?? links.Value.BaseUrl)!.OriginalString.TrimEnd('/');

    /// <summary>Whether the headers could be Twilio's.</summary>
    public static bool MayBeSigned(HttpRequest request) => TwilioSignature.CouldBe(request.Headers[TwilioSignature.Header]);

    /// <param name="request">Its headers and its query.</param>
    /// <param name="path">As of <see cref="IVendorWebhook.Path"/>.</param>
    /// <param name="body">The bytes as they came.</param>
    /// <returns>Null when it is not believed.</returns>
    public TwilioRequest? Read(HttpRequest request, string path, ReadOnlyMemory<byte> body)
    {
        // A form is signed by its parameters, so they are taken apart first; nothing is made of them before the signature holds.
        var isJson = request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is true;
        var form = isJson ? [] : TwilioRequest.Form(body.Span);
        if (!_signature.Verify(request.Headers[TwilioSignature.Header], $"{_base}/webhooks/{path}{request.QueryString.Value}", body.Span, form))
            return null;

        // A JSON body that is not in the signature was not signed at all: it says nothing.
        return new TwilioRequest(!isJson ? form : request.Query.ContainsKey("bodySHA256") ? TwilioRequest.Json(body.Span) : []);
    }
}
