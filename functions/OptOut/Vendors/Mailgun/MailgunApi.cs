using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// The calls of Mailgun's suppression lists, each per domain:
/// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/unsubscribe, and its sisters for complaints and bounces.
/// </summary>
internal sealed class MailgunApi(VendorHttp http, IOptions<MailgunOptions> options)
{
    /// <summary>The tag of a record that blocks all of the domain's mail.</summary>
    public const string AllTags = "*";

    // The most a page may hold: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/unsubscribe/get-v3--domainid--unsubscribes
    private const string FirstPage = "?limit=1000";

    private readonly MailgunOptions _options = options.Value;

    public async Task<VendorOutcome?> UnsubscribeAsync(string domain, Identifier who, CancellationToken cancellationToken)
    {
        var path = $"v3/{domain}/unsubscribes";
        var request = Request(HttpMethod.Post, path);
        request.Content = JsonContent.Create([new MailgunUnsubscribe(who.Value, [AllTags])], MailgunJson.Default.MailgunUnsubscribeArray);
        return (await http.CallAsync(Call($"POST {path}", request, _options.Timeout) with { Personal = Personal(who) }, cancellationToken)).Failure;
    }

    /// <param name="list"><c>unsubscribes</c> or <c>complaints</c>.</param>
    /// <param name="domain">Whose list.</param>
    /// <param name="who">Is taken off it, whatever the record's tags; nobody is where there is none.</param>
    public async Task<VendorOutcome?> RemoveAsync(string list, string domain, Identifier who, CancellationToken cancellationToken)
    {
        var call = Call($"DELETE v3/{domain}/{list}/{{address}}", Request(HttpMethod.Delete, $"v3/{domain}/{list}/{Uri.EscapeDataString(who.Value)}"), _options.Timeout);
        return (await http.CallAsync(call with { MayBeAbsent = true, Personal = Personal(who) }, cancellationToken)).Failure;
    }

    /// <param name="list"><c>unsubscribes</c>, <c>complaints</c> or <c>bounces</c>.</param>
    /// <param name="domain">Whose list.</param>
    /// <param name="query">Of the page, as <see cref="MailgunPage.Next"/> has it; null for the first. It holds an address.</param>
    public async Task<(MailgunPage? Page, VendorOutcome? Failure)> PageAsync(string list, string domain, string? query, CancellationToken cancellationToken)
    {
        var path = $"v3/{domain}/{list}";
        var call = Call($"GET {path}", Request(HttpMethod.Get, path + (query ?? FirstPage)), _options.PullTimeout);
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return (null, failure);
        return reply.Json is { } json && json.Items("items") is { } items ? (new MailgunPage(items, Next(json)), null) : (null, call.Unreadable());
    }

    // Of the next page's URL only the query is used, behind our own address: Mailgun sends nobody elsewhere with our key.
    private static string? Next(JsonElement page) =>
        Uri.TryCreate(page.Field("paging").Text("next"), UriKind.Absolute, out var next) && next.Query is { Length: > 1 } query ? query : null;

    private VendorCall Call(string operation, HttpRequestMessage request, TimeSpan timeout) => new("Mailgun", operation, request)
    {
        Timeout = timeout,
        Json = true,
        Personal = [_options.ApiKey],
        CredentialSetting = "OptOut:Mailgun:ApiKey",
        UnknownFix = "give a valid one, of the region of OptOut:Mailgun:BaseAddress",
        ErrorText = body => VendorField.Parse(body)?.Text("message") ?? "",
    };

    private HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri(_options.BaseAddress, path))
    {
        // https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth
        Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"api:{_options.ApiKey}"))) },
    };

    private string[] Personal(Identifier who) => [_options.ApiKey, .. VendorReason.Personal(who)];
}

/// <param name="Next">The query of the page after it: Mailgun names one after the last page too, which is empty.</param>
internal sealed record MailgunPage(IReadOnlyList<JsonElement> Items, string? Next);

internal sealed record MailgunUnsubscribe([property: JsonPropertyName("address")] string Address, [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags);

[JsonSerializable(typeof(MailgunUnsubscribe[]))]
internal sealed partial class MailgunJson : JsonSerializerContext;
