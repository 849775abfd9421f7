using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Postmark;

/// <summary>Emulates a Postmark server: its message streams, their suppressions, and the webhooks about them.</summary>
internal sealed class PostmarkSandbox : SandboxVendor
{
    public const string ServerToken = "postmark-sandbox-token", WebhookUser = "postmark", WebhookPassword = "postmark-sandbox-webhook";

    private readonly SandboxStore<PostmarkState> _book;
    private readonly SandboxSetup _setup;
    private readonly PostmarkEndpoints _endpoints;
    private readonly HttpClient _http = new();

    public PostmarkSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _book = new SandboxStore<PostmarkState>(setup.Folder, Name, PostmarkStateJson.Default.PostmarkState);
        _endpoints = new PostmarkEndpoints(this);
    }

    /// <summary>
    /// The message streams of the server: one for marketing of every topic, and the transactional stream that each server has.
    /// </summary>
    public static IReadOnlyList<string> Streams { get; } = ["broadcast", "outbound"];

    public override string Name => "postmark";

    public DateTimeOffset Now => _setup.Time.GetUtcNow();

    public IReadOnlyList<PostmarkEntry> Entries => _book.Read(s => s.Entries.ToArray());

    /// <summary>The mails that were accepted, as they were posted.</summary>
    public ConcurrentQueue<JsonObject> Mails { get; } = new();

    /// <summary>Accepts a mail.</summary>
    /// <returns>The answer.</returns>
    public JsonObject Send(JsonObject mail)
    {
        Mails.Enqueue(mail);
        return new JsonObject
        {
            ["To"] = mail["To"]!.DeepClone(),
            ["SubmittedAt"] = Now,
            ["MessageID"] = Guid.CreateVersion7(Now).ToString("D"),
            ["ErrorCode"] = 0,
            ["Message"] = "OK",
        };
    }

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:Postmark:ServerToken"] = ServerToken,
        ["OptOut:Postmark:BaseAddress"] = new Uri(sandbox, "/postmark/").ToString(),
        ["OptOut:Postmark:Streams:0:Id"] = "broadcast",
        ["OptOut:Postmark:ServiceStreams:0"] = "outbound",
        ["OptOut:Postmark:WebhookCredentials:0:User"] = WebhookUser,
        ["OptOut:Postmark:WebhookCredentials:0:Password"] = WebhookPassword,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => _endpoints.TryAnswerAsync(context, path);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        PostmarkEndpoints.ErrorAsync(context, status, status == 401 ? 10 : status == 429 ? 429 : 100, message);

    /// <summary>Adds an address to a stream's list, unless it is already on it.</summary>
    public bool Add(PostmarkEntry entry) => _book.Change(s =>
    {
        if (s.Entries.Any(e => IsOf(e, entry.Stream, entry.Email)))
            return false;
        s.Entries.Add(entry);
        return true;
    });

    /// <returns>False if the account may not lift the suppression.</returns>
    public bool Lift(string stream, string email) => _book.Change(s =>
    {
        if (s.Entries.Any(e => IsOf(e, stream, email) && !e.MayBeLifted))
            return false;
        s.Entries.RemoveAll(e => IsOf(e, stream, email));
        return true;
    });

    public PostmarkEntry? Find(string stream, string email) => _book.Read(s => s.Entries.FirstOrDefault(e => IsOf(e, stream, email)));

    /// <summary>
    /// Simulates what a person, a mailbox or someone in Postmark's web interface does. Without the webhook it is drift, which only the
    /// nightly pull finds.
    /// </summary>
    /// <param name="reason">ManualSuppression (by the person or by the account), SpamComplaint, HardBounce; null reactivates.</param>
    /// <returns>The status with which the receiver answered the webhook; null if none was sent.</returns>
    public async Task<int?> ActAsync(
        string email,
        string? reason = "ManualSuppression",
        string stream = "broadcast",
        string origin = "Recipient",
        bool sendEvent = true,
        CancellationToken cancellationToken = default)
    {
        if (reason is null)
            _book.Change(s => s.Entries.RemoveAll(e => IsOf(e, stream, email)));
        else
            Add(new PostmarkEntry(stream, email, reason, origin, Now));
        return sendEvent ? await PostAsync(Change(email, reason, stream, origin), cancellationToken) : null;
    }

    /// <summary>Creates the webhook for a change: https://postmarkapp.com/developer/webhooks/subscription-change-webhook.</summary>
    public JsonObject Change(string email, string? reason, string stream = "broadcast", string origin = "Recipient") => new()
    {
        ["RecordType"] = "SubscriptionChange",
        ["MessageID"] = reason is null || origin != "Recipient" ? null : Guid.CreateVersion7(Now).ToString("D"),
        ["ServerID"] = 123456,
        ["MessageStream"] = stream,
        ["ChangedAt"] = Now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["Recipient"] = email,
        ["Origin"] = origin,
        ["SuppressSending"] = reason is not null,
        ["SuppressionReason"] = reason,
        ["Tag"] = null,
        ["Metadata"] = new JsonObject(),
    };

    /// <summary>Posts a record to the webhook, with Basic authentication.</summary>
    /// <returns>The status of the answer; null if there is no functions host to post to.</returns>
    public async Task<int?> PostAsync(JsonNode record, CancellationToken cancellationToken)
    {
        if (_setup.Webhook("postmark/events") is not { } target)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new StringContent(record.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebhookUser}:{WebhookPassword}")));
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    // {"email":"a@example.com","reason":"ManualSuppression|SpamComplaint|HardBounce|null","stream":"broadcast","origin":"Recipient","event":true}
    public override async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if ((context.Request.Method, control) is not ("POST", "unsubscribe"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        var reason = body is not null && body.ContainsKey("reason") ? Field("reason") : "ManualSuppression";
        if (Field("email") is not { Length: > 0 } email || reason is not (null or "ManualSuppression" or "SpamComplaint" or "HardBounce"))
        {
            await SandboxJson.ErrorAsync(
                context, 400, "give an email, and a reason of ManualSuppression, SpamComplaint, HardBounce or null");
            return true;
        }

        var sendEvent = body?["event"] is not JsonValue flag || !flag.TryGetValue(out bool sent) || sent;
        var status = await ActAsync(
            email, reason, Field("stream") ?? "broadcast", Field("origin") ?? "Recipient", sendEvent, context.RequestAborted);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["eventStatus"] = status });
        return true;

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    public override JsonNode Describe()
    {
        var entries = Entries;
        var lists = new JsonObject();
        foreach (var stream in Streams)
        {
            lists[stream] = new JsonArray([.. entries.Where(e => e.Stream == stream).Select(e => new JsonObject
            {
                ["email"] = e.Email,
                ["reason"] = e.Reason,
                ["origin"] = e.Origin,
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

    private static bool IsOf(PostmarkEntry entry, string stream, string email) =>
        entry.Stream == stream && entry.Email.Equals(email, StringComparison.OrdinalIgnoreCase);
}
