using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Generic;

/// <summary>
/// A party that was built to our contract (functions/OptOut/Vendors/Generic/README.md): it takes <c>consent.changed</c>, gives its list out in both forms,
/// and tells what people did there. Written as a partner's developer would, from the README. A second one is a class like <see cref="CrmSandbox"/>.
/// </summary>
internal abstract class GenericSandbox : SandboxVendor
{
    /// <summary>They protect nothing but the sandbox.</summary>
    public const string PushSecret = "whsec_c2FuZGJveC1wdXNoLXNlY3JldC1vZi0zMi1ieXRlcyE=", WebhookSecret = "whsec_c2FuZGJveC1ldmVudC1zZWNyZXQtb2YtMzItYnl0ZXM=";
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
        _file.Keep(_state);
    }

    public override string Name => _name;

    /// <summary>Believes OptOut's calls.</summary>
    public GenericSigner Verifier { get; }

    /// <summary>Entries on a page of the list.</summary>
    public int PageSize { get; set; } = 100;

    public DateTimeOffset Now => _setup.Time.GetUtcNow();

    public IReadOnlyList<GenericEntry> Entries => Read(() => _state.Entries.ToArray());

    /// <summary>Every state that was taken since the start, as it came.</summary>
    public IReadOnlyList<JsonObject> Pushed => Read(() => _pushed.ToArray());

    /// <summary>Of each of <see cref="Pushed"/>.</summary>
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

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => new GenericEndpoints(this).TryAnswerAsync(context, path);

    public override Task<bool> TryHandleAsync(HttpContext context, string handle) => new GenericHandles(this).TryHandleAsync(context, handle);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) => SandboxJson.WriteAsync(context, status, new JsonObject { ["error"] = message });

    /// <summary>Stands on the list from now on; an entry that is there already keeps its moment and its reason.</summary>
    public void Add(params IEnumerable<GenericEntry> entries) => Change(() =>
    {
        var there = _state.Entries.Select(e => e.Place).ToHashSet();
        _state.Entries.AddRange(entries.Where(e => there.Add(e.Place)));
        return true;
    });

    /// <summary>Somebody at the party tidies up.</summary>
    public void Forget(string identifier) => Change(() => _state.Entries.RemoveAll(e => e.Identifier == identifier) > 0);

    /// <summary>OptOut has heard of these: not of one that was made again meanwhile.</summary>
    public void Tell(IEnumerable<GenericEntry> entries) => Change(() =>
    {
        foreach (var entry in entries.Where(e => e.Untold))
        {
            if (_state.Entries.IndexOf(entry) is var index and >= 0)
                _state.Entries[index] = entry with { Untold = false };
        }

        return true;
    });

    /// <summary>Takes a state as the README says: what is stopped stands on the list, what is lifted comes off, the rest stays.</summary>
    public void Take(JsonObject state, string messageId) => Change(() =>
    {
        _pushed.Add(state);
        _messageIds.Add(messageId);
        var (identifier, kind, at) = (Text("identifier"), Text("kind"), state["timestamp"]!.GetValue<DateTimeOffset>());
        if (_state.Taken.GetValueOrDefault($"{kind}:{identifier}") > at)
            return false;
        _state.Taken[$"{kind}:{identifier}"] = at;

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

        void Remove(string? topic) => _state.Entries.RemoveAll(e => e.Kind == kind && e.Identifier == identifier && e.Topic == topic && !e.Untold);
    });

    /// <summary>Somebody does something at the party itself: <c>unsubscribed</c>, <c>complained</c> or <c>bounced</c>.</summary>
    /// <param name="sendEvent">Whether OptOut is told; else only the list tells of it.</param>
    /// <returns>The status the event was answered with; null when none was sent.</returns>
    public async Task<int?> ActAsync(string type, string identifier, string kind, string? topic = null, bool sendEvent = true, CancellationToken cancellationToken = default)
    {
        var entry = new GenericEntry(identifier, kind, topic, type, Now, Untold: true);
        Change(() =>
        {
            _state.Entries.RemoveAll(e => e.Place == entry.Place);
            _state.Entries.Add(entry);
            return true;
        });
        if (!sendEvent || _setup.Webhook($"generic/{Name}") is not { } target)
            return null;
        var id = "evt-" + Guid.CreateVersion7(Now).ToString("N");
        var status = await PostAsync(target, new JsonObject { ["type"] = type, ["id"] = id, ["identifier"] = identifier, ["kind"] = kind, ["topic"] = topic, ["at"] = entry.At }, null, cancellationToken);
        if (status == 200)
            Tell([entry]);
        return status;
    }

    /// <summary>Signs and posts whatever it is given.</summary>
    /// <param name="messageId">The same for the same message sent again; null makes one.</param>
    /// <returns>The status it was answered with.</returns>
    public async Task<int> PostAsync(Uri target, JsonNode body, string? messageId = null, CancellationToken cancellationToken = default)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        foreach (var (header, value) in Sign(bytes, messageId))
            request.Headers.Add(header, value);
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    /// <summary>The headers that prove a body is the party's.</summary>
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
        new() { ["identifier"] = entry.Identifier, ["kind"] = entry.Kind, ["topic"] = entry.Topic, ["at"] = entry.At, ["reason"] = entry.Reason };

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
            _file.Changed();
        }
    }
}
