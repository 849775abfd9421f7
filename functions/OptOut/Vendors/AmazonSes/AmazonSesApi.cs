using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// The SES API v2 calls for contacts and suppressed addresses (https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html).
/// </summary>
internal sealed class AmazonSesApi(VendorHttp http, IOptions<AmazonSesOptions> options, TimeProvider time)
{
    private const string Suppressed = "v2/email/suppression/addresses";

    private readonly AmazonSesOptions _options = options.Value;
    private readonly SigV4 _signer = new(options.Value.AccessKeyId, options.Value.SecretAccessKey, options.Value.Region, "ses");

    private string Contacts => $"v2/email/contact-lists/{_options.ContactList}/contacts";

    /// <summary>GetContact.</summary>
    /// <returns>Null if there is no contact, or no contact list; in the latter case, creating the contact is rejected.</returns>
    public async Task<(JsonElement? Contact, VendorOutcome? Failure)> ContactAsync(Identifier who, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(
            Call(HttpMethod.Get, $"{Contacts}/{{email}}", null, who) with { AllowsNotFound = true, ExpectsJson = true }, cancellationToken);
        return (reply.Json, reply.Failure);
    }

    /// <summary>CreateContact.</summary>
    public Task<VendorOutcome?> CreateContactAsync(Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync(
            Call(HttpMethod.Post, Contacts, new JsonObject { ["EmailAddress"] = who.Value, ["UnsubscribeAll"] = true }, who),
            cancellationToken);

    /// <summary>UpdateContact, which removes every part of a contact that is not sent again.</summary>
    /// <param name="who">The contact's address.</param>
    /// <param name="contact">The contact as it is now.</param>
    /// <param name="unsubscribeAll">The new value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<VendorOutcome?> UpdateContactAsync(
        Identifier who, JsonElement contact, bool unsubscribeAll, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["UnsubscribeAll"] = unsubscribeAll };
        if (contact.Field("TopicPreferences") is { ValueKind: JsonValueKind.Array } preferences)
            body["TopicPreferences"] = JsonArray.Create(preferences);
        if (contact.Text("AttributesData") is { } attributes)
            body["AttributesData"] = attributes;
        return ChangeAsync(Call(HttpMethod.Put, $"{Contacts}/{{email}}", body, who), cancellationToken);
    }

    /// <summary>GetSuppressedDestination.</summary>
    /// <returns>Why the address is on the account's list: BOUNCE or COMPLAINT; null if it is not on the list.</returns>
    public async Task<(string? Reason, VendorOutcome? Failure)> SuppressionAsync(Identifier who, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(
            Call(HttpMethod.Get, $"{Suppressed}/{{email}}", null, who) with { AllowsNotFound = true, ExpectsJson = true },
            cancellationToken);
        return (reply.Json?.Field("SuppressedDestination").Text("Reason"), reply.Failure);
    }

    /// <summary>DeleteSuppressedDestination.</summary>
    public Task<VendorOutcome?> LiftSuppressionAsync(Identifier who, CancellationToken cancellationToken) =>
        ChangeAsync(Call(HttpMethod.Delete, $"{Suppressed}/{{email}}", null, who) with { AllowsNotFound = true }, cancellationToken);

    /// <summary>
    /// ListContacts. It returns everyone on the list, opted out or not: no filter is documented to mean "unsubscribed from all".
    /// </summary>
    public Task<(AmazonSesPage? Page, VendorOutcome? Failure)> ContactsAsync(string? token, CancellationToken cancellationToken) =>
        PageAsync(
            HttpMethod.Post,
            $"{Contacts}/list",
            token is null ? [] : new JsonObject { ["NextToken"] = token },
            "",
            "Contacts",
            cancellationToken);

    /// <summary>ListSuppressedDestinations.</summary>
    public Task<(AmazonSesPage? Page, VendorOutcome? Failure)> SuppressionsAsync(string? token, CancellationToken cancellationToken) =>
        PageAsync(
            HttpMethod.Get,
            Suppressed,
            null,
            token is null ? "" : $"?NextToken={Uri.EscapeDataString(token)}",
            "SuppressedDestinationSummaries",
            cancellationToken);

    /// <summary>SendEmail.</summary>
    public async Task<VendorOutcome?> SendAsync(OutgoingMail outgoing, JsonObject message, CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Post, "v2/email/outbound-emails", message, outgoing.To);
        call = call with
        {
            ExpectsJson = true,
            SensitiveValues = [.. call.SensitiveValues, outgoing.ToName ?? "", outgoing.SubjectLine],
        };
        var reply = await http.CallAsync(call, cancellationToken);
        return reply.Failure ?? (reply.Json?.Text("MessageId") is { Length: > 0 } ? null : call.Unreadable());
    }

    private async Task<(AmazonSesPage? Page, VendorOutcome? Failure)> PageAsync(
        HttpMethod method, string path, JsonObject? body, string query, string items, CancellationToken cancellationToken)
    {
        var call = Call(method, path, body, null, query) with { ExpectsJson = true, Timeout = _options.PullTimeout };
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return (null, failure);
        return reply.Json is { } json && json.Items(items) is { } found
            ? (new AmazonSesPage(found, json.Text("NextToken")), null)
            : (null, call.Unreadable());
    }

    // A successful response has an empty body or an empty object. Anything else is not a success: something in between has answered.
    private async Task<VendorOutcome?> ChangeAsync(VendorCall call, CancellationToken cancellationToken)
    {
        var reply = await http.CallAsync(call, cancellationToken);
        return reply.Failure
            ?? (reply.Body.Length == 0 || VendorField.Parse(reply.Body) is { ValueKind: JsonValueKind.Object } ? null : call.Unreadable());
    }

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path, with <c>{email}</c> in place of the address.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="who">The address in the path; null when there is none.</param>
    /// <param name="query">The query. It is never disclosed: a token may contain anything.</param>
    private VendorCall Call(HttpMethod method, string path, JsonObject? body, Identifier? who, string query = "")
    {
        var actualPath = who is { } person ? path.Replace("{email}", Uri.EscapeDataString(person.Value), StringComparison.Ordinal) : path;
        var request = new HttpRequestMessage(method, new Uri(_options.Address, actualPath + query));
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToJsonString());
        if (body is not null)
            request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        _signer.Sign(request, bytes, time.GetUtcNow());
        return new VendorCall("Amazon SES", $"{method.Method} {path}", request)
        {
            Timeout = _options.Timeout,
            SensitiveValues = [_options.SecretAccessKey, _options.AccessKeyId, .. who is { } one ? VendorReason.FormsOf(one) : []],
            CredentialSetting = "OptOut:AmazonSes:AccessKeyId",
            ForbiddenFix = "check that it is valid, that its user has the permission (see README.md in the "
                + "folder AmazonSes), and that this machine's clock is right",
            ErrorText = answer => VendorField.Parse(answer) is { } error ? error.Text("message") ?? error.Text("Message") ?? "" : "",
        };
    }
}

/// <param name="Next">The token of the next page; null after the last page.</param>
internal sealed record AmazonSesPage(IReadOnlyList<JsonElement> Items, string? Next);
