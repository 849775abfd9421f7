using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace OptOut.Judge.Faults;

/// <summary>Waits for an instance's next answer that promises a person something, and kills the instance there and then.</summary>
/// <param name="before">Whether the instance is dead before the answer is passed on.</param>
/// <param name="kill">Kills the instance.</param>
/// <param name="known">The links whose one-click was answered before: again, it changes nothing that could be lost.</param>
internal sealed partial class AnswerTrap(bool before, Func<Task> kill, ConcurrentDictionary<string, bool> known)
{
    /// <summary>The header that tells the traffic: what this answer promised is never to be said again by the same person.</summary>
    public const string Header = "judge-killed-at-this-answer";

    // These promise nothing that would be lost with the instance. A webhook's answer goes to the vendor, and its header with it.
    private static readonly string[] Others = ["/api/links", "/api/codes", "/api/dead-letters", "/webhooks", "/admin"];

    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    /// <summary>Completes when the instance is dead.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>The request and its answer, in words.</summary>
    public string At { get; private set; } = "";

    /// <summary>Whether this is the answer. True once.</summary>
    public bool Takes(HttpRequest request, ProxyAnswer answer)
    {
        if (answer.Status is not (200 or 202 or 303) || !Records(request) || !IsNew(request, answer)
            || Interlocked.Exchange(ref _taken, 1) != 0)
        {
            return false;
        }

        At = string.Create(CultureInfo.InvariantCulture, $"{answer.Status} to {request.Method} {request.Path}");
        return true;
    }

    /// <summary>Gives up waiting.</summary>
    /// <returns>Whether the answer has come all the same.</returns>
    public bool Disarm() => Interlocked.Exchange(ref _taken, 1) != 0;

    public async Task PassOnAsync(HttpContext context, ProxyAnswer answer)
    {
        try
        {
            context.Response.Headers[Header] = "1";
            if (before)
                await kill();
            await answer.WriteAsync(context);
            await context.Response.CompleteAsync();
        }
        finally
        {
            if (!before)
                await kill();
            _sprung.SetResult();
        }
    }

    // What hands out a reference number was recorded now. The answer to a one-click says nothing.
    private bool IsNew(HttpRequest request, ProxyAnswer answer) =>
        Reference().IsMatch(Encoding.UTF8.GetString(answer.Body))
        || (request.Path.StartsWithSegments("/u", StringComparison.Ordinal) && known.TryAdd(request.Path, true));

    [GeneratedRegex("\\b[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}\\b")]
    private static partial Regex Reference();

    // PUT of a subject is the controller's announcement; below it are the person's choices.
    private static bool Records(HttpRequest request) => request.Method switch
    {
        "POST" => !Array.Exists(Others, o => request.Path.StartsWithSegments(o, StringComparison.Ordinal)),
        "PUT" => request.Path.Value!.EndsWith("/preferences", StringComparison.Ordinal),
        _ => false,
    };
}
