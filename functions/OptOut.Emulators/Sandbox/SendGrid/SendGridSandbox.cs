using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>Emulates a SendGrid account: its lists, its groups, its mails, and the events it signs.</summary>
internal sealed class SendGridSandbox : SandboxVendor
{
    private readonly Lock _gate = new();
    private readonly SandboxFile<SendGridState> _file;
    private readonly SendGridState _state;
    private readonly SendGridList _global, _groupEntries, _spamReports, _bounces;
    private readonly SendGridSigner _eventSigner, _inboundSigner;
    private readonly SendGridEventSender _events;
    private readonly SendGridEndpoints _endpoints;
    private readonly TimeProvider _time;
    private readonly SandboxSetup _setup;
    private Uri? _eventTarget, _inboundTarget;

    public SendGridSandbox(SandboxSetup setup)
    {
        (_setup, _time) = (setup, setup.Time);
        _file = new SandboxFile<SendGridState>(setup.Folder, Name, SendGridStateJson.Default.SendGridState, _gate);
        _state = _file.Load() ?? new SendGridState();
        foreach (var (id, name) in setup.SendGridGroups)
            _state.Groups[id] = name;
        (_global, _groupEntries) = (new SendGridList(_state.Global), new SendGridList(_state.GroupEntries));
        (_spamReports, _bounces) = (new SendGridList(_state.SpamReports), new SendGridList(_state.Bounces));
        (_eventSigner, _inboundSigner) = (
            new SendGridSigner(_state.SigningKey, _time), new SendGridSigner(_state.InboundSigningKey, _time));
        (_state.SigningKey, _state.InboundSigningKey) = (_eventSigner.PrivateKey, _inboundSigner.PrivateKey);
        _events = new SendGridEventSender(_eventSigner, _time);
        _endpoints = new SendGridEndpoints(this, ApiKey);
        _file.StartSaving(_state);
    }

    /// <summary>The API key that the account accepts.</summary>
    public const string ApiKey = "SG.sandbox";

    public override string Name => "sendgrid";

    /// <summary>The verification key for <c>OptOut:SendGrid:EventPublicKeys</c>.</summary>
    public string EventPublicKey => _eventSigner.PublicKey;

    /// <summary>The public key of the account's Inbound Parse security policy, for <c>OptOut:SendGrid:InboundPublicKeys</c>.</summary>
    public string InboundPublicKey => _inboundSigner.PublicKey;

    /// <summary>The address to which mails that reach the account's MX are posted; null posts none.</summary>
    public Uri? InboundTarget
    {
        get => _inboundTarget ?? _setup.Webhook("sendgrid/inbound");
        set => _inboundTarget = value;
    }

    /// <summary>The address to which events are posted; null posts none.</summary>
    public Uri? EventTarget
    {
        get => _eventTarget ?? _setup.Webhook("sendgrid/events");
        set => _eventTarget = value;
    }

    public IReadOnlyDictionary<int, string> Groups => Read(() => _state.Groups.ToDictionary());

    public IReadOnlyList<SendGridEntry> Global => Read(() => _global.NewestFirst);

    public IReadOnlyList<SendGridEntry> GroupEntries => Read(() => _groupEntries.NewestFirst);

    public IReadOnlyList<SendGridEntry> SpamReports => Read(() => _spamReports.NewestFirst);

    public IReadOnlyList<SendGridEntry> Bounces => Read(() => _bounces.NewestFirst);

    /// <summary>Every accepted mail, the oldest first, including those that were then dropped.</summary>
    public IReadOnlyList<SendGridSentMail> Mails => Read(() => _state.Mails.ToArray());

    /// <summary>If true, limit and offset are ignored for group entries: SendGrid's documentation promises neither.</summary>
    public bool GroupEntriesIgnorePaging { get; set; }

    public DateTimeOffset Moment => _time.GetUtcNow();

    public long Now => Moment.ToUnixTimeSeconds();

    public override bool Owns(string path) => path.StartsWith("/v3/", StringComparison.Ordinal);

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:SendGrid:ApiKey"] = ApiKey,
        ["OptOut:SendGrid:BaseAddress"] = sandbox.ToString(),
        ["OptOut:SendGrid:EventPublicKeys:0"] = EventPublicKey,
        ["OptOut:SendGrid:InboundPublicKeys:0"] = InboundPublicKey,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => _endpoints.TryAnswerAsync(context, path);

    public override Task<bool> TryControlAsync(HttpContext context, string control) =>
        new SendGridControls(this).TryControlAsync(context, control);

    public override void WriteRateLimit(HttpResponse response, TimeSpan reset)
    {
        response.Headers["X-RateLimit-Limit"] = "600";
        response.Headers["X-RateLimit-Remaining"] = "0";
        response.Headers["X-RateLimit-Reset"] = (Moment + reset).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    public void SetGroup(int id, string name) => Change(() => _state.Groups[id] = name);

    /// <summary>Deletes a group and, as the real API does, its entries.</summary>
    public void DeleteGroup(int id) => Change(() =>
    {
        _state.Groups.Remove(id);
        foreach (var entry in _groupEntries.NewestFirst.Where(e => e.Group == id))
            _groupEntries.Remove(entry.Email, id);
    });

    public void AddGlobal(params IEnumerable<SendGridEntry> entries) => Add(_global, entries);

    /// <summary>Adds entries to their groups. An entry for an unknown group goes to the global list.</summary>
    public void AddToGroups(params IEnumerable<SendGridEntry> entries) => Change(() =>
    {
        foreach (var entry in entries)
        {
            if (_state.Groups.ContainsKey(entry.Group))
                _groupEntries.Add(entry);
            else
                _global.Add(entry with { Group = 0 });
        }
    });

    public void AddSpamReports(params IEnumerable<SendGridEntry> entries) => Add(_spamReports, entries);

    public void AddBounces(params IEnumerable<SendGridEntry> entries) => Add(_bounces, entries);

    /// <summary>Adds entries to the global list again, as they appear if a page boundary moves during paging.</summary>
    public void DuplicateGlobal(params IEnumerable<SendGridEntry> entries) => Change(() =>
    {
        foreach (var entry in entries)
            _global.AddDuplicate(entry);
    });

    public bool RemoveGlobal(string email) => Change(() => _global.Remove(email));

    public bool RemoveFromGroup(string email, int group) => Change(() => _groupEntries.Remove(email, group));

    public bool RemoveSpamReport(string email) => Change(() => _spamReports.Remove(email));

    public bool RemoveBounce(string email) => Change(() => _bounces.Remove(email));

    /// <summary>Accepts a mail, and delivers it unless a list suppresses it.</summary>
    public SendGridSentMail AcceptMail(
        string to, string subject, string plainText, string html, int group, SendGridBypass bypass, string request) =>
        Change(() =>
        {
            var dropped = bypass.All ? null
                : _spamReports.Contains(to) && !bypass.Spam ? "Spam Reporting Address"
                : _bounces.Contains(to) && !bypass.Bounces ? "Bounced Address"
                : _global.Contains(to) && !bypass.Unsubscribes ? "Unsubscribed Address"
                : group != 0 && _groupEntries.Contains(to, group) ? "Unsubscribed Address"
                : null;
            var mail = new SendGridSentMail(
                Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"), to, subject, plainText, html, dropped, _time.GetUtcNow(), request);
            _state.Mails.Add(mail);
            return mail;
        });

    /// <summary>
    /// Simulates what a person or a mailbox does at SendGrid itself: <c>unsubscribe</c>, <c>group_unsubscribe</c>,
    /// <c>group_resubscribe</c>, <c>spamreport</c> or <c>bounce</c>. Without the event it is drift, which only the nightly pull finds.
    /// </summary>
    /// <returns>The status with which the receiver answered the event; null if none was sent.</returns>
    public async Task<int?> ActAsync(
        string kind, string email, int group = 0, bool sendEvent = true, CancellationToken cancellationToken = default)
    {
        var entry = new SendGridEntry(email, Now, group);
        switch (kind)
        {
            case "unsubscribe":
                AddGlobal(entry);
                break;
            case "group_unsubscribe":
                AddToGroups(entry);
                break;
            case "group_resubscribe":
                RemoveFromGroup(email, group);
                break;
            case "spamreport":
                AddSpamReports(entry);
                break;
            case "bounce":
                AddBounces(entry);
                break;
            default:
                throw new ArgumentException(
                    $"'{kind}' is none of unsubscribe, group_unsubscribe, group_resubscribe, spamreport and bounce.", nameof(kind));
        }

        return sendEvent && EventTarget is { } target ? await _events.SendAsync(target, kind, email, group, cancellationToken) : null;
    }

    /// <summary>Signs a body as SendGrid does; returns the values of the two headers.</summary>
    public (string Signature, string Timestamp) Sign(ReadOnlySpan<byte> body) => _eventSigner.Sign(body);

    /// <summary>Signs a body as Inbound Parse does.</summary>
    public (string Signature, string Timestamp) SignInbound(ReadOnlySpan<byte> body) => _inboundSigner.Sign(body);

    /// <summary>Receives a mail and posts it, as SendGrid does for the account's host.</summary>
    /// <returns>The status of the answer; null if it was not posted. For a status above 499, the real service retries for three
    /// days.</returns>
    public async Task<int?> ReceiveAsync(SendGridInboundMail mail, CancellationToken cancellationToken = default) =>
        InboundTarget is { } target
            ? await _inboundSigner.PostAsync(target, mail.ToForm(), SendGridInboundMail.ContentType, cancellationToken)
            : null;

    public override JsonNode Describe() => Read(() => new JsonObject
    {
        ["groups"] = new JsonObject(_state.Groups.Select(g => KeyValuePair.Create(Invariant(g.Key), (JsonNode?)g.Value))),
        ["global"] = Describe(_global),
        ["groupEntries"] = Describe(_groupEntries),
        ["spamReports"] = Describe(_spamReports),
        ["bounces"] = Describe(_bounces),
        ["mails"] = new JsonArray([.. _state.Mails.Select(m => new JsonObject
        {
            ["messageId"] = m.MessageId,
            ["to"] = m.To,
            ["subject"] = m.Subject,
            ["plainText"] = m.PlainText,
            ["html"] = m.Html,
            ["dropped"] = m.Dropped,
            ["at"] = m.At,
        })]),
        ["eventPublicKey"] = EventPublicKey,
        ["requests"] = new JsonArray([.. Requests.All.Select(r => JsonValue.Create(r))]),
    });

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _eventSigner.Dispose();
        _inboundSigner.Dispose();
        await base.DisposeAsync();
    }

    private static JsonArray Describe(SendGridList list) =>
        new([.. list.NewestFirst.Select(e => new JsonObject { ["email"] = e.Email, ["created"] = e.Created, ["group"] = e.Group })]);

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Add(SendGridList list, IEnumerable<SendGridEntry> entries) => Change(() =>
    {
        foreach (var entry in entries)
            list.Add(entry with { Group = 0 });
    });

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private void Change(Action change) => Change(() =>
    {
        change();
        return true;
    });

    private T Change<T>(Func<T> change)
    {
        lock (_gate)
        {
            var result = change();
            _file.MarkChanged();
            return result;
        }
    }
}

/// <summary>The suppression lists that a mail bypasses.</summary>
internal readonly record struct SendGridBypass(bool All, bool Unsubscribes, bool Spam, bool Bounces);
