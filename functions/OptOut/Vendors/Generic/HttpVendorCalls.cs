using System.Net;
using System.Net.Http.Headers;
using OptOut.Consent;
using OptOut.Messaging;

namespace OptOut.Vendors.Generic;

/// <summary>The two calls we make of a vendor, signed and with whatever else it wants in the headers. Operations are named by their settings: the addresses may hold a key.</summary>
internal sealed class HttpVendorCalls(string name, HttpVendorOptions options, VendorHttp http, TimeProvider time)
{
    // The scheme's success is any 2xx; these are the ones that can mean the vendor has it.
    private static readonly HttpStatusCode[] Taken = [HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.NoContent];

    private readonly StandardWebhooks _webhooks = new(options.PushSecrets);

    public Task<VendorReply> PushAsync(byte[] body, string identifier, CancellationToken cancellationToken)
    {
        var request = Signed(HttpMethod.Post, options.PushUrl!, body);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return http.CallAsync(Call("POST PushUrl", request, options.Timeout) with { Expected = Taken, Personal = [identifier] }, cancellationToken);
    }

    /// <summary>An answer to a push that says nothing but success: no body, or JSON. A page of something in between must not confirm a Stop.</summary>
    public VendorOutcome Judge(VendorReply reply) => reply switch
    {
        { Failure: { } failure } => failure,
        { Body.Length: 0 } => new VendorOutcome.Confirmed(),
        _ when VendorField.Parse(reply.Body) is not null => new VendorOutcome.Confirmed(),
        _ => new VendorOutcome.Transient(null, FormattableString.Invariant(
            $"{name} answered POST PushUrl with {(int)reply.Status} and a body that is neither empty nor JSON: something in between may have answered.")),
    };

    /// <param name="query">Added to that of the address.</param>
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
            Json = !lines,
            Expected = lines ? [HttpStatusCode.OK, HttpStatusCode.NoContent] : [HttpStatusCode.OK],
        }, cancellationToken);
    }

    private VendorCall Call(string operation, HttpRequestMessage request, TimeSpan timeout)
    {
        var of = HttpVendorOptions.Setting(name);
        return new VendorCall(name, operation, request)
        {
            Timeout = timeout,
            CredentialSetting = options switch
            {
                { BearerToken: not null } => $"{of}:BearerToken or {of}:PushSecrets",
                { Headers.Count: > 0 } => $"{of}:Headers or {of}:PushSecrets",
                _ => $"{of}:PushSecrets",
            },
            UnknownFix = "give the one the vendor has",
        };
    }

    // A message id of its own for each call, also for one that repeats: the state of a person comes back to what it was (stopped, allowed, stopped), and
    // a receiver that drops an id it has seen would drop the last of the three.
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
