using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>A call centre's dialler: its do-not-call list, the calls it makes or refuses, and the marks of its agents.</summary>
internal sealed class DiallerSandbox : SandboxVendor
{
    public const string Token = "sandbox-dialler-token";

    private readonly Lock _gate = new();
    private readonly SandboxFile<DiallerState> _file;
    private readonly DiallerState _state;
    private readonly DiallerMarkSender _marks;
    private readonly SandboxSetup _setup;

    public DiallerSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _file = new SandboxFile<DiallerState>(setup.Folder, Name, DiallerStateJson.Default.DiallerState, _gate);
        _state = _file.Load() ?? new DiallerState();
        _marks = new DiallerMarkSender(setup.Time);
        _file.Keep(_state);
    }

    public override string Name => "dialler";

    /// <summary>Entries on a page of the list.</summary>
    public int PageSize { get; set; } = 500;

    public IReadOnlyList<DiallerEntry> Entries => Read(() => _state.Entries.ToArray());

    private Uri? Target => _setup.Webhook("dialler/events");

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:Dialler:BaseAddress"] = new Uri(sandbox, $"/{Name}/").AbsoluteUri,
        ["OptOut:Dialler:Token"] = Token,
        ["OptOut:Dialler:WebhookSecrets:0"] = DiallerMarkSender.Secret,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => new DiallerEndpoints(this).TryAnswerAsync(context, path);

    public override Task<bool> TryHandleAsync(HttpContext context, string handle) => new DiallerHandles(this).TryHandleAsync(context, handle);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) => SandboxJson.WriteAsync(context, status, new JsonObject { ["error"] = message });

    /// <summary>OptOut says that a number is stopped, or is no longer. A mark that OptOut cannot know of yet stays.</summary>
    /// <returns>Whether it is stopped now.</returns>
    public bool Say(string number, bool stopped) => Change(() =>
    {
        var index = _state.Entries.FindIndex(e => e.Number == number);
        if (stopped && index < 0)
            _state.Entries.Add(new DiallerEntry(number, _setup.Time.GetUtcNow(), Marked: false));
        else if (!stopped && index >= 0 && _state.Entries[index] is { Marked: false } or { Told: true })
            _state.Entries.RemoveAt(index);
        return _state.Entries.Exists(e => e.Number == number);
    });

    /// <summary>An agent presses "do not call me again".</summary>
    /// <param name="number">E.164.</param>
    /// <param name="sendEvent">Whether the webhook goes out; else only the list tells of it.</param>
    /// <returns>The status the webhook was answered with; null when none was sent.</returns>
    public async Task<int?> MarkAsync(string number, bool sendEvent = true, CancellationToken cancellationToken = default)
    {
        var entry = new DiallerEntry(number, _setup.Time.GetUtcNow(), Marked: true);
        Change(() =>
        {
            _state.Entries.RemoveAll(e => e.Number == number);
            _state.Entries.Add(entry);
            return true;
        });
        if (!sendEvent || Target is not { } target)
            return null;
        var status = await _marks.SendAsync(target, entry, cancellationToken);
        if (status == 200)
            Tell([entry]);
        return status;
    }

    /// <summary>OptOut knows of these now.</summary>
    public void Tell(IEnumerable<DiallerEntry> entries) => Change(() =>
    {
        foreach (var entry in entries)
        {
            // Not one that was marked again meanwhile.
            if (_state.Entries.IndexOf(entry) is var index and >= 0)
                _state.Entries[index] = entry with { Told = true };
        }

        return true;
    });

    /// <summary>The dialler is about to call: it dials, or refuses because the number is on the list.</summary>
    public bool Dial(string number) => Change(() =>
    {
        var dials = !_state.Entries.Exists(e => e.Number == number);
        _state.Calls.Add(new DiallerAttempt(number, dials, _setup.Time.GetUtcNow()));
        return dials;
    });

    public override JsonNode Describe() => Read(() => new JsonObject
    {
        ["do-not-call"] = new JsonArray([.. _state.Entries.Select(e => new JsonObject { ["number"] = e.Number, ["at"] = e.At, ["origin"] = Origin(e) })]),
        ["calls"] = new JsonArray([.. _state.Calls.Select(c => new JsonObject { ["number"] = c.Number, ["dialled"] = c.Dialled, ["at"] = c.At })]),
    });

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _marks.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>As the contract has it: <c>us</c> is OptOut.</summary>
    internal static string Origin(DiallerEntry entry) => entry.Marked ? "them" : "us";

    private T Change<T>(Func<T> change)
    {
        lock (_gate)
        {
            var result = change();
            _file.Changed();
            return result;
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }
}
