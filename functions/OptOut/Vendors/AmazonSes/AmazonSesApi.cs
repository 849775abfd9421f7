using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// The calls of the SES API v2 that contacts and suppressed addresses need (https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html).
/// </summary>
internal sealed class AmazonSesApi(VendorHttp http, IOptions<AmazonSesOptions> options, TimeProvider time)
{
    private const string Suppressed = "v2/email/suppression/addresses";

    private readonly AmazonSesOptions _options = options.Value;
    private readonly SigV4 _signer = new(options.Value.AccessKeyId, options.Value.SecretAccessKey, options.Value.Region, "ses");

    private string Contacts => $"v2/email/contact-lists/{_options.ContactList}/contacts";

    /// <summary>GetContact.</summary>
    /// <returns>Null where there is none: no contact, or no list, which then refuses to take one.</returns>
    public async Task<(JsonElement? Contact, VendorOutcome? Failure)> ContactAsync(Identifier who, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(Call(HttpMethod.Get, $"{Contacts}/{{email}}", null, who) with { MayBeAbsent = true, Json = true }, cancellationToken);
        return (reply.Json, reply.Failure);
    }

    /// <summary>CreateContact.</summary>
    public Task<VendorOutcome?> CreateContactAsync(Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync(Call(HttpMethod.Post, Contacts, new JsonObject { ["EmailAddress"] = who.Value, ["UnsubscribeAll"] = true }, who), cancellationToken);

    /// <summary>UpdateContact, which removes whatever of a contact is not given again.</summary>
    /// <param name="who">Whose contact.</param>
    /// <param name="contact">As it stands there.</param>
    /// <param name="unsubscribeAll">As it is to stand there.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<VendorOutcome?> UpdateContactAsync(Identifier who, JsonElement contact, bool unsubscribeAll, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["UnsubscribeAll"] = unsubscribeAll };
        if (contact.Field("TopicPreferences") is { ValueKind: JsonValueKind.Array } preferences)
            body["TopicPreferences"] = JsonArray.Create(preferences);
        if (contact.Text("AttributesData") is { } attributes)
            body["AttributesData"] = attributes;
        return ChangeAsync(Call(HttpMethod.Put, $"{Contacts}/{{email}}", body, who), cancellationToken);
    }

    /// <summary>GetSuppressedDestination.</summary>
    /// <returns>Why the address is on the account's list: BOUNCE or COMPLAINT; null where it is not.</returns>
    public async Task<(string? Reason, VendorOutcome? Failure)> SuppressionAsync(Identifier who, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(Call(HttpMethod.Get, $"{Suppressed}/{{email}}", null, who) with { MayBeAbsent = true, Json = true }, cancellationToken);
        return (reply.Json?.Field("SuppressedDestination").Text("Reason"), reply.Failure);
    }

    /// <summary>DeleteSuppressedDestination.</summary>
    public Task<VendorOutcome?> LiftSuppressionAsync(Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync(Call(HttpMethod.Delete, $"{Suppressed}/{{email}}", null, who) with { MayBeAbsent = true }, cancellationToken);

    /// <summary>ListContacts. Whoever is on the list, opted out or not: no filter is documented to mean "unsubscribed from all".</summary>
    public Task<(AmazonSesPage? Page, VendorOutcome? Failure)> ContactsAsync(string? token, CancellationToken cancellationToken) =>
        PageAsync(HttpMethod.Post, $"{Contacts}/list", token is null ? [] : new JsonObject { ["NextToken"] = token }, "", "Contacts", cancellationToken);

    /// <summary>ListSuppressedDestinations.</summary>
    public Task<(AmazonSesPage? Page, VendorOutcome? Failure)> SuppressionsAsync(string? token, CancellationToken cancellationToken) =>
        PageAsync(HttpMethod.Get, Suppressed, null, token is null ? "" : $"?NextToken={Uri.EscapeDataString(token)}", "SuppressedDestinationSummaries", cancellationToken);

    private async Task<(AmazonSesPage? Page, VendorOutcome? Failure)> PageAsync(
        HttpMethod method, string path, JsonObject? body, string query, string items, CancellationToken cancellationToken)
    {
        var call = Call(method, path, body, null, query) with { Json = true, Timeout = _options.PullTimeout };
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return (null, failure);
        return reply.Json is { } json && json.Items(items) is { } found ? (new AmazonSesPage(found, json.Text("NextToken")), null) : (null, call.Unreadable());
    }

    // Success has an empty body, or an empty object. Anything else in its place is no success: something in between answered.
    private async Task<VendorOutcome?> ChangeAsync(VendorCall call, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(call, cancellationToken);
        return reply.Failure ?? (reply.Body.Length == 0 || VendorField.Parse(reply.Body) is { ValueKind: JsonValueKind.Object } ? null : call.Unreadable());
    }

    /// <param name="method">How.</param>
    /// <param name="path">With <c>{email}</c> where the address stands.</param>
    /// <param name="body">Null for none.</param>
    /// <param name="who">Whose address; null for nobody's.</param>
    /// <param name="query">Not told: a token may hold anything.</param>
    private VendorCall Call(HttpMethod method, string path, JsonObject? body, Identifier? who, string query = "")
    {
        var real = who is { } person ? path.Replace("{email}", Uri.EscapeDataString(person.Value), StringComparison.Ordinal) : path;
        var request = new HttpRequestMessage(method, new Uri(_options.Address, real + query));
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        if (body is not null)
            request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        _signer.Sign(request, bytes, time.GetUtcNow());
        return new VendorCall("Amazon SES", $"{method.Method} {path}", request)
        {
            Timeout = _options.Timeout,
            Personal = [_options.SecretAccessKey, _options.AccessKeyId, .. who is { } one ? VendorReason.Personal(one) : []],
            CredentialSetting = "OptOut:AmazonSes:AccessKeyId",
            ForbiddenFix = "look whether it is valid, whether its user may do this (README.md of the folder AmazonSes), and whether this machine's clock is right",
            ErrorText = answer => VendorField.Parse(answer) is { } error ? error.Text("message") ?? error.Text("Message") ?? "" : "",
        };
    }
}

/// <param name="Next">The token of the page after it; null after the last.</param>
internal sealed record AmazonSesPage(IReadOnlyList<JsonElement> Items, string? Next);
