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
/// The calls to Mailgun's suppression lists, one set per domain:
/// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/unsubscribe, and the corresponding pages for complaints and
/// bounces.
/// </summary>
internal sealed class MailgunApi(VendorHttp http, IOptions<MailgunOptions> options)
{
    /// <summary>The tag of an entry that blocks all mail from the domain.</summary>
    public const string AllTags = "*";

    // The maximum page size:
    // https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/unsubscribe/get-v3--domainid--unsubscribes
    private const string FirstPage = "?limit=1000";

    private readonly MailgunOptions _options = options.Value;

    public async Task<VendorOutcome?> UnsubscribeAsync(string domain, Identifier who, CancellationToken cancellationToken)
    {
        var path = $"v3/{domain}/unsubscribes";
        var request = Request(HttpMethod.Post, path);
        request.Content = JsonContent.Create([new MailgunUnsubscribe(who.Value, [AllTags])], MailgunJson.Default.MailgunUnsubscribeArray);
        return (await http.CallAsync(
            Call($"POST {path}", request, _options.Timeout) with { SensitiveValues = SensitiveValues(who) }, cancellationToken)).Failure;
    }

    /// <param name="list"><c>unsubscribes</c> or <c>complaints</c>.</param>
    /// <param name="domain">The domain of the list.</param>
    /// <param name="who">The address to remove, whatever the tags of its entry. It need not be on the list.</param>
    public async Task<VendorOutcome?> RemoveAsync(string list, string domain, Identifier who, CancellationToken cancellationToken)
    {
        var call = Call(
            $"DELETE v3/{domain}/{list}/{{address}}",
            Request(HttpMethod.Delete, $"v3/{domain}/{list}/{Uri.EscapeDataString(who.Value)}"),
            _options.Timeout);
        return (await http.CallAsync(
            call with { AllowsNotFound = true, SensitiveValues = SensitiveValues(who) }, cancellationToken)).Failure;
    }

    /// <param name="list"><c>unsubscribes</c>, <c>complaints</c> or <c>bounces</c>.</param>
    /// <param name="domain">The domain of the list.</param>
    /// <param name="query">
    /// The query of the page, from <see cref="MailgunPage.Next"/>; null for the first page. It contains an address.
    /// </param>
    public async Task<(MailgunPage? Page, VendorOutcome? Failure)> PageAsync(
        string list, string domain, string? query, CancellationToken cancellationToken)
    {
        var path = $"v3/{domain}/{list}";
        var call = Call($"GET {path}", Request(HttpMethod.Get, path + (query ?? FirstPage)), _options.PullTimeout);
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return (null, failure);
        return reply.Json is { } json && json.Items("items") is { } items
            ? (new MailgunPage(items, Next(json)), null)
            : (null, call.Unreadable());
    }

    // Only the query of the next page's URL is used, with our own base address: Mailgun cannot send our key to another host.
    private static string? Next(JsonElement page) =>
        Uri.TryCreate(page.Field("paging").Text("next"), UriKind.Absolute, out var next) && next.Query is { Length: > 1 } query
            ? query
            : null;

    private VendorCall Call(string operation, HttpRequestMessage request, TimeSpan timeout) => new("Mailgun", operation, request)
    {
        Timeout = timeout,
        ExpectsJson = true,
        SensitiveValues = [_options.ApiKey],
        CredentialSetting = "OptOut:Mailgun:ApiKey",
        UnauthorizedFix = "give a valid one, of the region of OptOut:Mailgun:BaseAddress",
        ErrorText = body => VendorField.Parse(body)?.Text("message") ?? "",
    };

    private HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri(_options.BaseAddress, path))
    {
        // https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth
        Headers =
        {
            Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"api:{_options.ApiKey}"))),
        },
    };

    private string[] SensitiveValues(Identifier who) => [_options.ApiKey, .. VendorReason.FormsOf(who)];
}

/// <param name="Next">The query of the next page. Mailgun returns one after the last page too, which is then empty.</param>
internal sealed record MailgunPage(IReadOnlyList<JsonElement> Items, string? Next);

internal sealed record MailgunUnsubscribe(
    [property: JsonPropertyName("address")] string Address, [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags);

[JsonSerializable(typeof(MailgunUnsubscribe[]))]
internal sealed partial class MailgunJson : JsonSerializerContext;
