using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Generic;

/// <summary>
/// Emulates a party that implements our contract (functions/OptOut/Vendors/Generic/README.md): it receives <c>consent.changed</c>, serves
/// its list in both forms, and reports what people did there. Written from the README, as a partner's developer would. To add another
/// party, add a class like <see cref="CrmSandbox"/>.
/// </summary>
internal abstract class GenericSandbox : SandboxVendor
{
    /// <summary>These secrets only protect the sandbox.</summary>
    public const string PushSecret = "whsec_c2FuZGJveC1wdXNoLXNlY3JldC1vZi0zMi1ieXRlcyE=",
        WebhookSecret = "whsec_c2FuZGJveC1ldmVudC1zZWNyZXQtb2YtMzItYnl0ZXM=";
    public const string Token = "sandbox-generic-token";

    private readonly Lock _gate = new();
    private readonly SandboxSetup _setup;
    private readonly string _name, _channel;
    private readonly SandboxFile<GenericState> _file;
    private readonly GenericState _state;
    private readonly HttpClient _http = new();
    private readonly GenericSigner _signer;
    private readonly List<JsonObject> _pushed = [];
    private readonly List<string> _messageIds = [];

    protected GenericSandbox(SandboxSetup setup, string name, string channel)
    {
        (_setup, _name, _channel) = (setup, name, channel);
        (_signer, Verifier) = (new GenericSigner(WebhookSecret, setup.Time), new GenericSigner(PushSecret, setup.Time));
        _file = new SandboxFile<GenericState>(setup.Folder, name, GenericStateJson.Default.GenericState, _gate);
        _state = _file.Load() ?? new GenericState();
        _file.StartSaving(_state);
    }

    public override string Name => _name;

    /// <summary>Verifies the signatures of OptOut's calls.</summary>
    public GenericSigner Verifier { get; }

    /// <summary>The number of entries on a page of the list.</summary>
    public int PageSize { get; set; } = 100;

    public DateTimeOffset Now => _setup.Time.GetUtcNow();

    public IReadOnlyList<GenericEntry> Entries => Read(() => _state.Entries.ToArray());

    /// <summary>Every state received since the start, as received.</summary>
    public IReadOnlyList<JsonObject> Pushed => Read(() => _pushed.ToArray());

    /// <summary>The message id of each of <see cref="Pushed"/>.</summary>
    public IReadOnlyList<string> MessageIds => Read(() => _messageIds.ToArray());

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox)
    {
        var of = $"OptOut:HttpVendors:{Name}";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{of}:Channel"] = _channel,
            [$"{of}:PushUrl"] = new Uri(sandbox, $"/{Name}/consent").AbsoluteUri,
            [$"{of}:PushSecrets:0"] = PushSecret,
            [$"{of}:BearerToken"] = Token,
            [$"{of}:PullUrl"] = new Uri(sandbox, $"/{Name}/suppressions").AbsoluteUri,
            [$"{of}:WebhookSecrets:0"] = WebhookSecret,
            [$"{of}:ByTopic"] = "true",
        };
    }

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) =>
        new GenericEndpoints(this).TryAnswerAsync(context, path);

    public override Task<bool> TryControlAsync(HttpContext context, string control) =>
        new GenericControls(this).TryControlAsync(context, control);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        SandboxJson.WriteAsync(context, status, new JsonObject { ["error"] = message });

    /// <summary>Adds entries to the list; an existing entry keeps its time and reason.</summary>
    public void Add(params IEnumerable<GenericEntry> entries) => Change(() =>
    {
        var known = _state.Entries.Select(e => e.Key).ToHashSet();
        _state.Entries.AddRange(entries.Where(e => known.Add(e.Key)));
        return true;
    });

    /// <summary>Simulates someone at the party who removes a person's entries.</summary>
    public void Remove(string identifier) => Change(() => _state.Entries.RemoveAll(e => e.Identifier == identifier) > 0);

    /// <summary>Records that these entries were reported to OptOut; skips an entry that was created again in the meantime.</summary>
    public void MarkReported(IEnumerable<GenericEntry> entries) => Change(() =>
    {
        foreach (var entry in entries.Where(e => e.Untold))
        {
            if (_state.Entries.IndexOf(entry) is var index and >= 0)
                _state.Entries[index] = entry with { Untold = false };
        }

        return true;
    });

    /// <summary>
    /// Applies a state as the README specifies: what is stopped is added to the list, what is lifted is removed, the rest stays.
    /// </summary>
    public void Receive(JsonObject state, string messageId) => Change(() =>
    {
        _pushed.Add(state);
        _messageIds.Add(messageId);
        var (identifier, kind) = (Text("identifier"), Text("kind"));
        if (state["stopped"]!.GetValue<bool>())
            Add(Entry(null));
        Add(Topics("stoppedTopics").Select(Entry));
        if (state["lifted"]!.GetValue<bool>())
            Remove(null);
        foreach (var topic in Topics("allowedTopics"))
            Remove(topic);
        return true;

        string Text(string name) => state[name]!.GetValue<string>();

        IEnumerable<string> Topics(string name) => (state[name] as JsonArray ?? []).Select(t => t!.GetValue<string>());

        GenericEntry Entry(string? topic) => new(identifier, kind, topic, "unsubscribed", Now);

        void Remove(string? topic) =>
            _state.Entries.RemoveAll(e => e.Kind == kind && e.Identifier == identifier && e.Topic == topic && !e.Untold);
    });

    /// <summary>
    /// Simulates what a person or a mailbox does at the party itself: <c>unsubscribed</c>, <c>complained</c> or <c>bounced</c>.
    /// </summary>
    /// <param name="sendEvent">Whether the event is sent to OptOut; if not, the entry is only on the list.</param>
    /// <returns>The status with which OptOut answered the event; null if none was sent.</returns>
    public async Task<int?> ActAsync(
        string type,
        string identifier,
        string kind,
        string? topic = null,
        bool sendEvent = true,
        CancellationToken cancellationToken = default)
    {
        var entry = new GenericEntry(identifier, kind, topic, type, Now, Untold: true);
        Change(() =>
        {
            _state.Entries.RemoveAll(e => e.Key == entry.Key);
            _state.Entries.Add(entry);
            return true;
        });
        if (!sendEvent || _setup.Webhook($"generic/{Name}") is not { } target)
            return null;
        var id = "evt-" + Guid.CreateVersion7(Now).ToString("N");
        var status = await PostAsync(
            target,
            new JsonObject
            {
                ["type"] = type,
                ["id"] = id,
                ["identifier"] = identifier,
                ["kind"] = kind,
                ["topic"] = topic,
                ["at"] = entry.At,
            },
            null,
            cancellationToken);
        if (status == 200)
            MarkReported([entry]);
        return status;
    }

    /// <summary>Signs and posts any body.</summary>
    /// <param name="messageId">Give the same id for the same message sent again; null generates one.</param>
    /// <returns>The status of the answer.</returns>
    public async Task<int> PostAsync(Uri target, JsonNode body, string? messageId = null, CancellationToken cancellationToken = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach (var (header, value) in Sign(bytes, messageId))
            request.Headers.Add(header, value);
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    /// <summary>The headers that authenticate a body.</summary>
    public IReadOnlyDictionary<string, string> Sign(byte[] body, string? messageId = null) => _signer.Sign(body, messageId);

    public override JsonNode Describe() => Read(() => new JsonObject
    {
        ["suppressions"] = new JsonArray([.. _state.Entries.Select(ToJson)]),
        ["pushed"] = new JsonArray([.. _pushed.Select(p => p.DeepClone())]),
    });

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _http.Dispose();
        await base.DisposeAsync();
    }

    internal static JsonObject ToJson(GenericEntry entry) =>
        new()
        {
            ["identifier"] = entry.Identifier,
            ["kind"] = entry.Kind,
            ["topic"] = entry.Topic,
            ["at"] = entry.At,
            ["reason"] = entry.Reason,
        };

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private void Change(Func<bool> change)
    {
        lock (_gate)
        {
            change();
            _file.MarkChanged();
        }
    }
}
