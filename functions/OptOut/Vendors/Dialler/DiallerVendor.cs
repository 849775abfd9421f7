using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Dialler;

/// <summary>
/// A call centre's do-not-call list, by the contract in <c>README.md</c> in this folder. It has no topics, and contains numbers for calls
/// only: text messages to the same number are sent by another vendor.
/// </summary>
internal sealed class DiallerVendor(
    VendorHttp http, TopicCatalogue catalogue, IOptions<DiallerOptions> options, IOptions<ControllerOptions> controller) : IVendor
{
    internal const string VendorName = "dialler", List = "do-not-call";

    private static readonly FrozenSet<string> Listed = FrozenSet.Create(StringComparer.Ordinal, List), NotListed = FrozenSet<string>.Empty;

    private readonly SingleList _list = SingleList.Create(catalogue, options.Value.Topics);
    private readonly DiallerPull _pull = new(http, options.Value, controller.Value.PhoneRegion);

    public string Name => VendorName;

    public Channel Channel => Channel.Phone;

    public IReadOnlyList<string> Lists { get; } = [List];

    public IReadOnlySet<string> ListsFor(StopSet stops) => _list.Includes(stops) ? Listed : NotListed;

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != IdentifierKind.Phone)
            return new VendorOutcome.Rejected($"A dialler takes telephone numbers, not a {push.Identifier.Kind} identifier.");
        if (_list.Includes(push.Stops))
            return await SendAsync(push.Identifier, stopped: true, cancellationToken);
        return push.Confirmed is { } confirmed && _list.Includes(confirmed)
            ? await SendAsync(push.Identifier, stopped: false, cancellationToken)
            : new VendorOutcome.Confirmed();
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        list == List
            ? _pull.PageAsync(until, cursor, cancellationToken)
            : throw new ArgumentException($"'{list}' is not a list of a dialler.", nameof(list));

    private async Task<VendorOutcome> SendAsync(Identifier who, bool stopped, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new DiallerNumber(who.Value, stopped), DiallerJson.Readable.DiallerNumber);
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        var call =
            Call(options.Value, HttpMethod.Post, List, "POST do-not-call", content) with { SensitiveValues = [who.Value, who.Value[1..]] };
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return failure;

        // The response is the current state. Still stopped after we lifted it is an agent's mark that has not reached us yet; not stopped
        // after a Stop is not a confirmation.
        return reply.Json?.Field("stopped").ValueKind switch
        {
            JsonValueKind.True => new VendorOutcome.Confirmed(),
            JsonValueKind.False when !stopped => new VendorOutcome.Confirmed(),
            JsonValueKind.False => new VendorOutcome.Transient(
                null, "The dialler answered POST do-not-call that the number is not stopped."),
            _ => call.Unreadable(),
        };
    }

    internal static VendorCall Call(DiallerOptions options, HttpMethod method, string path, string operation, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, options.Address(path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return new VendorCall("Dialler", operation, request)
        {
            Timeout = options.Timeout,
            ExpectsJson = true,
            CredentialSetting = "OptOut:Dialler:Token",
            UnauthorizedFix = "give the token that the call centre issued",
            ForbiddenFix = "ask the call centre to allow it to read and write the do-not-call list",
            ErrorText = body => VendorField.Parse(body)?.Text("error") ?? "",
        };
    }
}

internal sealed record DiallerNumber(string Number, bool Stopped);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DiallerNumber))]
internal sealed partial class DiallerJson : JsonSerializerContext
{
    // Writes the + of a number as is, not as \u002B: the person who writes a script for the other side reads it too.
    public static DiallerJson Readable { get; } = new(
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
