using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Mailgun;

/// <summary>Emulates a Mailgun account with one domain: its suppression lists, and the webhooks it signs.</summary>
internal sealed class MailgunSandbox : SandboxVendor
{
    public const string Domain = "mg.sandbox.example", ApiKey = "mailgun-sandbox-key", SigningKey = "mailgun-sandbox-signing-key";

    private static readonly string[] Lists = ["unsubscribes", "complaints", "bounces"];

    private readonly SandboxStore<MailgunState> _book;
    private readonly SandboxSetup _setup;
    private readonly MailgunEndpoints _endpoints;
    private readonly HttpClient _http = new();

    public MailgunSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _book = new SandboxStore<MailgunState>(setup.Folder, Name, MailgunStateJson.Default.MailgunState);
        _endpoints = new MailgunEndpoints(this);
    }

    public override string Name => "mailgun";

    public DateTimeOffset Now => _setup.Time.GetUtcNow();

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:Mailgun:ApiKey"] = ApiKey,
        ["OptOut:Mailgun:BaseAddress"] = new Uri(sandbox, "/mailgun/").ToString(),
        ["OptOut:Mailgun:Domains:0"] = Domain,
        ["OptOut:Mailgun:SigningKeys:0"] = SigningKey,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => _endpoints.TryAnswerAsync(context, path);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        MailgunEndpoints.MessageAsync(context, status, message);

    /// <summary>The entries of a list, in alphabetical order.</summary>
    public IReadOnlyList<MailgunEntry> On(string list) =>
        _book.Read(s => s.Entries.Where(e => e.List == list).OrderBy(e => e.Address, StringComparer.Ordinal).ToArray());

    public MailgunEntry? Find(string list, string address) => On(list).FirstOrDefault(e => Is(e, list, address));

    /// <summary>Adds an entry, or adds its tags to the existing one.</summary>
    public void Add(MailgunEntry entry) => _book.Change(s =>
    {
        var index = s.Entries.FindIndex(e => Is(e, entry.List, entry.Address));
        if (index < 0)
            s.Entries.Add(entry);
        else
            s.Entries[index] = s.Entries[index] with { Tags = [.. s.Entries[index].Tags.Union(entry.Tags)] };
        return true;
    });

    public bool Remove(string list, string address) => _book.Change(s => s.Entries.RemoveAll(e => Is(e, list, address)) > 0);

    /// <summary>
    /// Simulates an unsubscribe, a complaint, a bounce or a failure at Mailgun. Without the webhook it is drift, which only the nightly
    /// pull finds.
    /// </summary>
    /// <param name="kind">unsubscribed, complained, bounced, or the reason of a permanent failure (suppress-unsubscribe etc.), which
    /// changes no list.</param>
    /// <returns>The status with which the receiver answered the webhook; null if none was sent.</returns>
    public async Task<int?> ActAsync(
        string address,
        string kind = "unsubscribed",
        string tag = "*",
        bool sendEvent = true,
        CancellationToken cancellationToken = default)
    {
        if (kind is "unsubscribed" or "complained" or "bounced")
        {
            Add(new MailgunEntry(
                kind switch { "unsubscribed" => "unsubscribes", "complained" => "complaints", _ => "bounces" },
                address,
                Now,
                kind == "unsubscribed" ? [tag] : []));
        }

        return sendEvent ? await PostAsync(Sign(Event(address, kind)), cancellationToken) : null;
    }

    /// <summary>Creates an event: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads.</summary>
    public JsonObject Event(string address, string kind)
    {
        var data = new JsonObject
        {
            ["event"] = kind is "unsubscribed" or "complained" ? kind : "failed",
            ["id"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('=').Replace('/', '_').Replace('+', '-'),
            ["timestamp"] = Now.ToUnixTimeMilliseconds() / 1000d,
            ["log-level"] = "warn",
            ["recipient"] = address,
            ["domain"] = new JsonObject { ["name"] = Domain },
            ["tags"] = new JsonArray("newsletter"),
            ["message"] = new JsonObject { ["headers"] = new JsonObject { ["message-id"] = $"{Guid.CreateVersion7(Now):N}@{Domain}" } },
            ["user-variables"] = new JsonObject(),
        };
        if (kind is not ("unsubscribed" or "complained"))
            (data["severity"], data["reason"]) = ("permanent", kind == "bounced" ? "bounce" : kind);
        return data;
    }

    /// <summary>Creates the body of a webhook: the event and its signature, by default with the current time.</summary>
    public JsonObject Sign(JsonNode data, string key = SigningKey, DateTimeOffset? at = null)
    {
        var timestamp = (at ?? Now).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = RandomNumberGenerator.GetHexString(50, lowercase: true);
        return new JsonObject
        {
            ["signature"] = new JsonObject
            {
                ["timestamp"] = timestamp,
                ["token"] = token,
                ["signature"] = Convert.ToHexStringLower(
                    HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(timestamp + token))),
            },
            ["event-data"] = data,
        };
    }

    /// <returns>The status of the answer; null if there is no functions host to post to.</returns>
    public async Task<int?> PostAsync(JsonNode body, CancellationToken cancellationToken)
    {
        if (_setup.Webhook("mailgun/events") is not { } target)
            return null;
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(target, content, cancellationToken);
        return (int)response.StatusCode;
    }

    // {"email":"a@example.com","kind":"unsubscribed|complained|bounced|suppress-unsubscribe|...","tag":"*","event":true}
    public override async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if ((context.Request.Method, control) is not ("POST", "unsubscribe"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        var kind = Field("kind") ?? "unsubscribed";
        if (Field("email") is not { Length: > 0 } email
            || kind is not ("unsubscribed"
                or "complained"
                or "bounced"
                or "suppress-unsubscribe"
                or "suppress-complaint"
                or "suppress-bounce"))
        {
            await SandboxJson.ErrorAsync(
                context,
                400,
                "give an email, and a kind of unsubscribed, complained, bounced, "
                    + "suppress-unsubscribe, suppress-complaint or suppress-bounce");
            return true;
        }

        var sendEvent = body?["event"] is not JsonValue flag || !flag.TryGetValue(out bool sent) || sent;
        await SandboxJson.WriteAsync(
            context,
            200,
            new JsonObject { ["eventStatus"] = await ActAsync(email, kind, Field("tag") ?? "*", sendEvent, context.RequestAborted) });
        return true;

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    public override JsonNode Describe()
    {
        var lists = new JsonObject();
        foreach (var list in Lists)
        {
            lists[list] = new JsonArray([.. On(list).Select(e => new JsonObject
            {
                ["email"] = e.Address,
                ["tags"] = string.Join(", ", e.Tags),
                ["created"] = e.CreatedAt,
            })]);
        }

        lists["requests"] = new JsonArray([.. Requests.All.Select(r => JsonValue.Create(r))]);
        return lists;
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _book.DisposeAsync();
        await base.DisposeAsync();
    }

    private static bool Is(MailgunEntry entry, string list, string address) =>
        entry.List == list && entry.Address.Equals(address, StringComparison.OrdinalIgnoreCase);
}
