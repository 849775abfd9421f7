using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox;

/// <summary>
/// One vendor of the sandbox. To add a vendor, derive a class and add it to the list in <see cref="VendorSandbox"/>.
/// </summary>
internal abstract class SandboxVendor : IAsyncDisposable
{
    /// <summary>The adapter's name for the vendor; also the name of its state file and of its paths under /sandbox/.</summary>
    public abstract string Name { get; }

    /// <summary>The failures that the vendor currently simulates.</summary>
    public SandboxFailures Failures { get; } = new();

    /// <summary>Every call of the vendor's API, in order.</summary>
    public SandboxRequests Requests { get; } = new();

    /// <summary>Whether the path belongs to the vendor's API. By default, the API is under the vendor's name.</summary>
    public virtual bool Owns(string path) => path.StartsWith($"/{Name}/", StringComparison.Ordinal);

    /// <summary>The app settings that connect the product to this vendor: its address, its keys, its lists.</summary>
    /// <param name="sandbox">Where the sandbox listens.</param>
    public abstract IReadOnlyDictionary<string, string> Settings(Uri sandbox);

    /// <summary>Answers a call of the vendor's API; false if the call is unknown.</summary>
    public abstract Task<bool> TryAnswerAsync(HttpContext context, string[] path);

    /// <summary>
    /// Answers a control request under /sandbox/{name}/, which simulates what happens at the vendor; false if it is unknown.
    /// </summary>
    public abstract Task<bool> TryControlAsync(HttpContext context, string control);

    /// <summary>
    /// The vendor's state, for people and tests. Each list is an array of objects, and one string of each object is the contact point.
    /// </summary>
    public abstract JsonNode Describe();

    /// <summary>Writes an error in the vendor's own format.</summary>
    public virtual Task WriteErrorAsync(HttpContext context, int status, string message) =>
        SandboxJson.ErrorAsync(context, status, message);

    /// <summary>Writes the headers with which the vendor reports when a rate limit resets.</summary>
    public virtual void WriteRateLimit(HttpResponse response, TimeSpan reset) =>
        response.Headers.RetryAfter = ((int)reset.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Splits the raw path before unescaping, so that an escaped slash stays part of its segment.</summary>
    public static string[] Segments(string rawTarget) =>
        [.. rawTarget.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
}

/// <summary>The received calls, so that a test can assert that a call was not made.</summary>
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
