using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>Emulates a call centre's dialler: its do-not-call list, the calls it makes or refuses, and the marks of its agents.</summary>
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
        _file.StartSaving(_state);
    }

    public override string Name => "dialler";

    /// <summary>The number of entries on a page of the list.</summary>
    public int PageSize { get; set; } = 500;

    public IReadOnlyList<DiallerEntry> Entries => Read(() => _state.Entries.ToArray());

    private Uri? Target => _setup.Webhook("dialler/events");

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:Dialler:BaseAddress"] = new Uri(sandbox, $"/{Name}/").AbsoluteUri,
        ["OptOut:Dialler:Token"] = Token,
        ["OptOut:Dialler:WebhookSecrets:0"] = DiallerMarkSender.Secret,
    };

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) =>
        new DiallerEndpoints(this).TryAnswerAsync(context, path);

    public override Task<bool> TryControlAsync(HttpContext context, string control) =>
        new DiallerControls(this).TryControlAsync(context, control);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        SandboxJson.WriteAsync(context, status, new JsonObject { ["error"] = message });

    /// <summary>
    /// Applies OptOut's push: the number is stopped, or no longer stopped. A mark that was not yet reported to OptOut stays.
    /// </summary>
    /// <returns>Whether the number is stopped now.</returns>
    public bool SetStopped(string number, bool stopped) => Change(() =>
    {
        var index = _state.Entries.FindIndex(e => e.Number == number);
        if (stopped && index < 0)
            _state.Entries.Add(new DiallerEntry(number, _setup.Time.GetUtcNow(), Marked: false));
        else if (!stopped && index >= 0 && _state.Entries[index] is { Marked: false } or { Told: true })
            _state.Entries.RemoveAt(index);
        return _state.Entries.Exists(e => e.Number == number);
    });

    /// <summary>Simulates an agent who presses "do not call me again".</summary>
    /// <param name="number">The number in E.164.</param>
    /// <param name="sendEvent">Whether the webhook is sent; if not, the mark is only on the list.</param>
    /// <returns>The status with which OptOut answered the webhook; null if none was sent.</returns>
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
            MarkReported([entry]);
        return status;
    }

    /// <summary>Records that these entries were reported to OptOut.</summary>
    public void MarkReported(IEnumerable<DiallerEntry> entries) => Change(() =>
    {
        foreach (var entry in entries)
        {
            // Skips an entry that was marked again in the meantime.
            if (_state.Entries.IndexOf(entry) is var index and >= 0)
                _state.Entries[index] = entry with { Told = true };
        }

        return true;
    });

    /// <summary>Simulates a call: the dialler dials, or refuses because the number is on the list.</summary>
    public bool Dial(string number) => Change(() =>
    {
        var dials = !_state.Entries.Exists(e => e.Number == number);
        _state.Calls.Add(new DiallerAttempt(number, dials, _setup.Time.GetUtcNow()));
        return dials;
    });

    public override JsonNode Describe() => Read(() => new JsonObject
    {
        ["do-not-call"] = new JsonArray(
            [.. _state.Entries.Select(e => new JsonObject { ["number"] = e.Number, ["at"] = e.At, ["origin"] = Origin(e) })]),
        ["calls"] = new JsonArray(
            [.. _state.Calls.Select(c => new JsonObject { ["number"] = c.Number, ["dialled"] = c.Dialled, ["at"] = c.At })]),
    });

    public override async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _marks.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>The origin as the contract defines it: <c>us</c> is OptOut.</summary>
    internal static string Origin(DiallerEntry entry) => entry.Marked ? "them" : "us";

    private T Change<T>(Func<T> change)
    {
        lock (_gate)
        {
            var result = change();
            _file.MarkChanged();
            return result;
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }
}
