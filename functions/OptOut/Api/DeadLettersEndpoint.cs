using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using OptOut.Delivery;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Api;

/// <summary>
/// <c>GET /api/dead-letters</c> counts the dead letters, <c>POST /api/dead-letters/replay</c> sends them again once their cause is fixed.
/// Both are for an operator with a function key; neither response contains anything personal.
/// </summary>
internal sealed class DeadLettersEndpoint(DeadLetterCounter letters, DeadLetterReplay replay)
{
    /// <summary>The most messages sent again in one call; the rest needs another call.</summary>
    public const int MaxReplayed = 1_000;

    /// <summary>How many are sent again when the request does not say.</summary>
    internal const int DefaultReplayed = 100;

    public Task<IResult> GetAsync(CancellationToken cancellationToken) => OrRetryLaterAsync(async () =>
    {
        var groups = await letters.CountAsync(cancellationToken);
        return Results.Json(new DeadLettersAnswer(groups.Sum(g => g.Count), groups), DeadLettersJson.Default.DeadLettersAnswer);
    });

    public async Task<IResult> PostReplayAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await ApiBody.ReadAsync(
            request, DeadLettersJson.Default.ReplayRequest, cancellationToken, without: new ReplayRequest(null, null, null, null));
        if (problem is not null)
            return problem;
        if (Errors(body!) is { Count: > 0 } errors)
            return ApiProblems.Invalid(errors);
        return await OrRetryLaterAsync(async () =>
        {
            var counts = await replay.ReplayAsync(
                new ReplayOrder(body!.Subscription, body.Vendor, body.Reason, body.Max ?? DefaultReplayed), cancellationToken);
            return Results.Json(
                new ReplayAnswer(
                    counts.Sum(c => c.Replayed),
                    [.. counts.Where(c => body.Subscription is not null || c is not { Replayed: 0, Left: 0, Unreadable: 0 })]),
                DeadLettersJson.Default.ReplayAnswer);
        });
    }

    private static List<(string, string)> Errors(ReplayRequest body)
    {
        var errors = new List<(string, string)>();
        if (body.Subscription is not null && !Topology.Subscriptions.Any(s => s.Name == body.Subscription))
        {
            errors.Add((
                "subscription",
                $"Not a subscription. Give one of: {string.Join(", ", Topology.Subscriptions.Select(s => s.Name))}; "
                    + "or leave it out for all."));
        }

        if (body.Reason is not null && !DeadLetterReader.Reasons.Contains(body.Reason, StringComparer.Ordinal))
            errors.Add(("reason", $"Not a reason. Give one of: {string.Join(", ", DeadLetterReader.Reasons)}; or leave it out for all."));
        if (body.Vendor is { Length: 0 or > 32 })
            errors.Add(("vendor", "Give the vendor's name as GET /api/dead-letters returns it; or leave it out for all."));
        if (body.Max is < 1 or > MaxReplayed)
        {
            errors.Add((
                "max",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Give 1 to {MaxReplayed}, or leave it out for {DefaultReplayed}. The rest needs another call.")));
        }

        return errors;
    }

    private static async Task<IResult> OrRetryLaterAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception e) when (e is ServiceBusException or TimeoutException or UnauthorizedAccessException)
        {
            return ApiProblems.RetryLater(
                "The bus does not answer. Messages already sent again stay sent; repeat the request to continue with the rest.");
        }
    }
}

/// <param name="DeadLetters">At most <see cref="DeadLetterCounter.MaxCounted"/> are counted per subscription.</param>
internal sealed record DeadLettersAnswer([property: Range(0, int.MaxValue)] int Total, IReadOnlyList<DeadLetterGroup> DeadLetters);

internal sealed record ReplayRequest(
    [property: SchemaRef("Subscription")] string? Subscription,
    [property: Length(1, 32)] string? Vendor,
    [property: SchemaRef("DeadLetterReason")] string? Reason,
    [property: Range(1, DeadLettersEndpoint.MaxReplayed), DefaultValue(DeadLettersEndpoint.DefaultReplayed)] int? Max);

internal sealed record ReplayAnswer([property: Range(0, int.MaxValue)] int Replayed, IReadOnlyList<ReplayCount> Subscriptions);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DeadLettersAnswer))]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(ReplayAnswer))]
internal sealed partial class DeadLettersJson : JsonSerializerContext;
