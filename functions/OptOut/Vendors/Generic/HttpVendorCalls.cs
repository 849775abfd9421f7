using System.Net;
using System.Net.Http.Headers;
using OptOut.Consent;
using OptOut.Messaging;

namespace OptOut.Vendors.Generic;

/// <summary>
/// The two calls to a vendor, signed, with the headers that the vendor requires. Operations are named after their settings, because the
/// addresses may contain a key.
/// </summary>
internal sealed class HttpVendorCalls(string name, HttpVendorOptions options, VendorHttp http, TimeProvider time)
{
    // The scheme accepts any 2xx; these are the ones that can mean that the vendor has saved it.
    private static readonly HttpStatusCode[] Success =
        [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.NoContent];

    private readonly StandardWebhooks _webhooks = new(options.PushSecrets);

    public Task<VendorReply> PushAsync(byte[] body, string identifier, CancellationToken cancellationToken)
    {
        var request = Signed(HttpMethod.Post, options.PushUrl!, body);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return http.CallAsync(
            Call("POST PushUrl", request, options.Timeout) with { Expected = Success, SensitiveValues = [identifier] }, cancellationToken);
    }

    /// <summary>
    /// The outcome of a push. A successful reply has no body, or a JSON body: a page from something in between must not confirm a Stop.
    /// </summary>
    public VendorOutcome PushOutcome(VendorReply reply) => reply switch
    {
        { Failure: { } failure } => failure,
        { Body.Length: 0 } => new VendorOutcome.Confirmed(),
        _ when VendorField.Parse(reply.Body) is not null => new VendorOutcome.Confirmed(),
        _ => new VendorOutcome.Transient(null, FormattableString.Invariant(
            $"{name} answered POST PushUrl with {(int)reply.Status} and a body that is neither empty nor JSON: something in between may have answered.")),
    };

    /// <param name="query">Added to the query of the address.</param>
    public Task<VendorReply> PullAsync(string query, CancellationToken cancellationToken)
    {
        var url = new UriBuilder(options.PullUrl!);
        if (query.Length > 0)
            url.Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{query}" : query;
        var lines = options.PullFormat == HttpVendorFormat.Lines;
        var request = Signed(HttpMethod.Get, url.Uri, []);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(lines ? "application/x-ndjson" : "application/json"));
        return http.CallAsync(Call("GET PullUrl", request, options.PullTimeout) with
        {
            ExpectsJson = !lines,
            Expected = lines ? [HttpStatusCode.OK, HttpStatusCode.NoContent] : [HttpStatusCode.OK],
        }, cancellationToken);
    }

    private VendorCall Call(string operation, HttpRequestMessage request, TimeSpan timeout)
    {
        var section = HttpVendorOptions.Setting(name);
        return new VendorCall(name, operation, request)
        {
            Timeout = timeout,
            CredentialSetting = options switch
            {
                { BearerToken: not null } => $"{section}:BearerToken or {section}:PushSecrets",
                { Headers.Count: > 0 } => $"{section}:Headers or {section}:PushSecrets",
                _ => $"{section}:PushSecrets",
            },
            UnauthorizedFix = "give the one that the vendor expects",
        };
    }

    // Each call has its own message id, even if it repeats an earlier one. A person's state can return to what it was (stopped, allowed,
    // stopped), and a receiver that drops known ids would drop the last of the three.
    private HttpRequestMessage Signed(HttpMethod method, Uri url, ReadOnlySpan<byte> body)
    {
        var now = time.GetUtcNow();
        var request = new HttpRequestMessage(method, url);
        _webhooks.Sign(request, $"msg_{EventIds.New(now):N}", now, body);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("OptOut", "1"));
        if (options.BearerToken is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (header, value) in options.Headers)
            request.Headers.TryAddWithoutValidation(header, value);
        return request;
    }
}
