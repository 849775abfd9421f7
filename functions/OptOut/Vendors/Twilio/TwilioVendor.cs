using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// SMS through Twilio: the Consent Management API blocks a number for each sender
/// (https://www.twilio.com/docs/messaging/features/bulk-upsert-consents-api). It accepts 100 calls a minute, has no topics, and returns
/// no list.
/// </summary>
internal sealed class TwilioVendor(VendorHttp http, TopicCatalogue catalogue, IOptions<TwilioOptions> options, TimeProvider time) : IVendor
{
    private const string OptOut = "opt-out";

    // "Handled as re-opt-in": it lifts the person's own STOP too, so it is sent only if we put the opt-out there and the person allows
    // messages again.
    private const string OptIn = "opt-in";

    // https://www.twilio.com/docs/messaging/features/bulk-upsert-consents-api: up to 25 consents per call.
    private const int MaxItems = 25;

    private readonly TwilioOptions _options = options.Value;
    private readonly SingleList _list = SingleList.Create(catalogue, options.Value.Topics);
    private readonly Uri _consents = new(new Uri(options.Value.BaseAddress.AbsoluteUri.TrimEnd('/') + "/"), "v1/Consents/Bulk");

    public string Name => "twilio";

    public Channel Channel => Channel.Sms;

    /// <summary>
    /// None: Twilio has no call that returns its lists. A blocked number is only reported when a message to it is rejected.
    /// </summary>
    public IReadOnlyList<string> Lists => [];

    public IReadOnlySet<string> ListsFor(StopSet stops) => FrozenSet<string>.Empty;

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != IdentifierKind.Phone)
            return new VendorOutcome.Rejected($"Twilio takes phone numbers, not a {push.Identifier.Kind} identifier.");
        var stop = _list.Includes(push.Stops);
        if (!stop && !(push.Confirmed is { } confirmed && _list.Includes(confirmed)))
            return new VendorOutcome.Confirmed();

        VendorOutcome? refused = null;
        foreach (var senders in _options.Senders.Index().Chunk(MaxItems))
        {
            // A refusal for one sender does not prevent the Stop on the others. If Twilio is unavailable, all senders are retried later.
            var outcome = await PutAsync(push.Identifier, senders, stop ? OptOut : OptIn, cancellationToken);
            if (outcome is VendorOutcome.Transient)
                return outcome;
            refused ??= outcome;
        }

        return refused ?? new VendorOutcome.Confirmed();
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        throw new ArgumentOutOfRangeException(nameof(list), list, "Twilio does not return its lists.");

    private async Task<VendorOutcome?> PutAsync(
        Identifier who, (int Index, string Sender)[] senders, string status, CancellationToken cancellationToken)
    {
        // A UUID of 32 characters matches each result to its consent. There is no date_of_consent: the ledger has it, and Twilio rejects
        // a date that is in the future according to its clock.
        var items = senders.ToDictionary(_ => EventIds.New(time.GetUtcNow()).ToString("N"), s => s);
        var form = items.Select(
            i => KeyValuePair.Create("Items", new TwilioConsent(who.Value, i.Key, i.Value.Sender, status, "others").ToJson()));
        var credential = _options.Credential;
        var request = new HttpRequestMessage(HttpMethod.Post, _consents) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Name}:{credential.Secret}")));
        var call = new VendorCall("Twilio", "POST v1/Consents/Bulk", request)
        {
            Timeout = _options.Timeout,
            Expected = [HttpStatusCode.Created, HttpStatusCode.OK],
            ExpectsJson = true,
            SensitiveValues = [who.Value, Uri.EscapeDataString(who.Value), who.Value.TrimStart('+'), credential.Secret],
            CredentialSetting = credential.Setting,
            ForbiddenFix = "ask Twilio to turn on the Consent Management API for the account, or give the key the permission",

            // {"code":20003,"message":"...","more_info":"...","status":401}: https://www.twilio.com/docs/usage/twilios-response
            ErrorText = answer => VendorField.Parse(answer)?.Text("message") ?? "",
        };
        var reply = await http.CallAsync(call, cancellationToken);
        return reply.Failure ?? TwilioConsents.Read(reply.Json!.Value, items.ToDictionary(i => i.Key, i => i.Value.Index), call);
    }
}
