using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox;

/// <summary>
/// One vendor of the sandbox. A new one is one such class, added to the list in <see cref="VendorSandbox"/>.
/// </summary>
internal abstract class SandboxVendor : IAsyncDisposable
{
    /// <summary>As the adapter names it; also the name of its state file and of its paths under /sandbox/.</summary>
    public abstract string Name { get; }

    /// <summary>How the vendor misbehaves, for now.</summary>
    public SandboxFailures Failures { get; } = new();

    /// <summary>Every call of the vendor's API, in order.</summary>
    public SandboxRequests Requests { get; } = new();

    /// <summary>Whether the path is one of the vendor's own, as opposed to the sandbox's handles: those under its name, where its API has no other.</summary>
    public virtual bool Owns(string path) => path.StartsWith($"/{Name}/", StringComparison.Ordinal);

    /// <summary>The app settings that connect the product to this vendor: its address, its keys, its lists.</summary>
    /// <param name="sandbox">Where the sandbox listens.</param>
    public abstract IReadOnlyDictionary<string, string> Settings(Uri sandbox);

    /// <summary>Answers a call of the vendor's API; false for one it does not know.</summary>
    public abstract Task<bool> TryAnswerAsync(HttpContext context, string[] path);

    /// <summary>Answers a handle under /sandbox/{name}/; false for one it does not know.</summary>
    public abstract Task<bool> TryHandleAsync(HttpContext context, string handle);

    /// <summary>What the vendor holds, for people and tests to read: each list an array of objects, one of whose texts is the contact point.</summary>
    public abstract JsonNode Describe();

    /// <summary>An error in the vendor's own format.</summary>
    public virtual Task WriteErrorAsync(HttpContext context, int status, string message) => SandboxJson.ErrorAsync(context, status, message);

    /// <summary>How the vendor says when a limit is lifted.</summary>
    public virtual void WriteRateLimit(HttpResponse response, TimeSpan reset) =>
        response.Headers.RetryAfter = ((int)reset.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Unescapes segments of the path as they were sent, so that an escaped slash stays part of its segment.</summary>
    public static string[] Segments(string rawTarget) =>
        [.. rawTarget.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
}

/// <summary>Which calls came: so that a test can say that one did not.</summary>
internal sealed class SandboxRequests
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];

    /// <summary>Method and path as sent, as in <c>DELETE /v3/asm/suppressions/global/a%40example.com</c>.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    public void Add(string method, string target)
    {
        lock (_gate)
            _all.Add($"{method} {target}");
    }

    public void Clear()
    {
        lock (_gate)
            _all.Clear();
    }
}
