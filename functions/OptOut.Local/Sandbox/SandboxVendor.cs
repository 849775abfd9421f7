using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Local.Sandbox;

/// <summary>
/// One vendor of the sandbox. A new one is one such class, added to the list in <see cref="VendorSandbox.StartAsync"/>.
/// </summary>
internal abstract class SandboxVendor
{
    /// <summary>As the adapter names it; also the name of its state file and of its paths under /sandbox/.</summary>
    public abstract string Name { get; }

    /// <summary>How the vendor misbehaves, for now.</summary>
    public SandboxFailures Failures { get; } = new();

    /// <summary>Every call of the vendor's API, in order.</summary>
    public SandboxRequests Requests { get; } = new();

    /// <summary>Whether the path is one of the vendor's own, as opposed to the sandbox's handles.</summary>
    public abstract bool Owns(string path);

    /// <summary>Answers a call of the vendor's API; false for one it does not know.</summary>
    public abstract Task<bool> TryAnswerAsync(HttpContext context, string[] path);

    /// <summary>Answers a handle under /sandbox/{name}/; false for one it does not know.</summary>
    public abstract Task<bool> TryHandleAsync(HttpContext context, string handle);

    /// <summary>What the vendor holds, for people and tests to read.</summary>
    public abstract JsonNode Describe();

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
