using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>
/// Emulates a Twilio account with one Messaging Service and its number: the contacts that each may not message, the SMSs that people
/// send, and the answers they get. Like the real one, it applies its own keywords before it calls our webhook.
/// </summary>
internal sealed class TwilioSandbox : SandboxVendor
{
    public const string AccountSid = "AC00000000000000000000000000000000", AuthToken = "sandbox-auth-token";

    public const string Service = "MG00000000000000000000000000000000", Number = "+32460000001";

    /// <summary>
    /// The webhook address that an operator configured at Twilio, which is therefore signed. The webhooks are delivered to the local
    /// functions.
    /// </summary>
    public const string PublicUrl = "https://sms.sandbox.example";

    private const int Unsubscribed = 21610;

    private static readonly string[] Stops = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"];
    private static readonly string[] Starts = ["START", "YES", "UNSTOP"];

    private readonly Lock _gate = new();
    private readonly SandboxFile<TwilioState> _file;
    private readonly TwilioState _state;
    private readonly SandboxSetup _setup;
    private readonly TwilioWebhooks _webhooks;

    public TwilioSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _file = new SandboxFile<TwilioState>(setup.Folder, Name, TwilioStateJson.Default.TwilioState, _gate);
        _state = _file.Load() ?? new TwilioState();
        _webhooks = new TwilioWebhooks(setup);
        _file.StartSaving(_state);
    }

    public override string Name => "twilio";

    public IReadOnlyList<TwilioBlock> Blocks => Read(() => _state.Blocks.ToArray());

    public IReadOnlyList<TwilioMessage> Messages => Read(() => _state.Messages.ToArray());

    /// <summary>
    /// Contacts that the API refuses, with the name of the error: <c>INTERNAL_SERVER_ERROR</c> is transient, others are permanent.
    /// </summary>
    public IDictionary<string, string> RefusedContacts { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:Twilio:AccountSid"] = AccountSid,
        ["OptOut:Twilio:AuthTokens:0"] = AuthToken,
        ["OptOut:Twilio:Senders:0"] = Service,
        ["OptOut:Twilio:Senders:1"] = Number,
        ["OptOut:Twilio:BaseAddress"] = new Uri(sandbox, "/twilio/").AbsoluteUri,
        ["OptOut:Twilio:WebhookBaseUrl"] = PublicUrl,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) =>
        new TwilioConsentsApi(this).TryAnswerAsync(context, path);

    public override Task<bool> TryControlAsync(HttpContext context, string control) =>
        new TwilioControls(this).TryControlAsync(context, control);

    /// <summary>https://www.twilio.com/docs/usage/twilios-response</summary>
    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        SandboxJson.WriteAsync(
            context,
            status,
            new JsonObject
            {
                ["code"] = status == 429 ? 20429 : 20000 + (status % 1000),
                ["message"] = message,
                ["more_info"] = "https://www.twilio.com/docs/errors/20001",
                ["status"] = status,
            });

    public bool IsBlocked(string contact, string sender) =>
        Read(() => _state.Blocks.Exists(b => b.Contact == contact && b.Sender == sender));

    public void Block(string contact, string sender, string by) => Change(() =>
    {
        _state.Blocks.RemoveAll(b => b.Contact == contact && b.Sender == sender);
        _state.Blocks.Add(new TwilioBlock(contact, sender, by, _setup.Time.GetUtcNow()));
    });

    public void Unblock(string contact, string sender) =>
        Change(() => _state.Blocks.RemoveAll(b => b.Contact == contact && b.Sender == sender));

    /// <summary>Simulates a person's STOP at Twilio whose webhook gets lost.</summary>
    public void StopByKeyword(string contact)
    {
        Block(contact, Service, "keyword");
        Block(contact, Number, "keyword");
    }

    /// <summary>Simulates an SMS from a person to the number.</summary>
    /// <param name="optOutType">STOP, START or HELP if Advanced Opt-Out recognised the word; null if it is not enabled.</param>
    public async Task<TwilioAnswer> ReceiveAsync(
        string from, string body, string? to = null, string? optOutType = null, CancellationToken cancellationToken = default)
    {
        var keyword = body.Trim().ToUpperInvariant();
        if (optOutType == "STOP" || Stops.Contains(keyword))
        {
            StopByKeyword(from);
        }
        else if (optOutType == "START" || Starts.Contains(keyword))
        {
            Unblock(from, Service);
            Unblock(from, Number);
        }

        var answer = await _webhooks.SmsAsync(from, to ?? Number, body, optOutType, cancellationToken);
        if (answer.Status == 200)
        {
            foreach (var text in XDocument.Parse(answer.Twiml).Root!.Elements("Message"))
                Send(from, text.Value);
        }

        return answer;
    }

    /// <summary>Simulates an SMS from the controller through the service, and its status callback.</summary>
    /// <param name="error">The error code it fails with; null: none, unless the contact opted out.</param>
    public async Task<int?> SendAsync(string to, string body, int? error = null, CancellationToken cancellationToken = default) =>
        await _webhooks.StatusAsync(Send(to, body, error), cancellationToken);

    public override JsonNode Describe() => Read(() => new JsonObject
    {
        ["blocks"] = new JsonArray([.. _state.Blocks.Select(
            b => new JsonObject { ["contact"] = b.Contact, ["sender"] = b.Sender, ["by"] = b.By, ["at"] = b.At })]),
        ["messages"] = new JsonArray([.. _state.Messages.Select(
            m => new JsonObject { ["to"] = m.To, ["from"] = m.From, ["body"] = m.Body, ["error"] = m.Error, ["at"] = m.At })]),
        ["requests"] = new JsonArray([.. Requests.All.Select(r => JsonValue.Create(r))]),
    });

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _webhooks.Dispose();
        await base.DisposeAsync();
    }

    private TwilioMessage Send(string to, string body, int? error = null)
    {
        var blocked = IsBlocked(to, Service) || IsBlocked(to, Number);
        var message = new TwilioMessage(TwilioWebhooks.NewSid(), Number, to, body, blocked ? Unsubscribed : error, _setup.Time.GetUtcNow());
        Change(() => _state.Messages.Add(message));
        return message;
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _file.MarkChanged();
        }
    }
}
