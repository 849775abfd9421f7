using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;
using OptOut.FanOut;
using OptOut.Storage;

namespace OptOut.Health;

/// <summary>
/// <c>GET /api/health</c>: 200 while opt-outs can be taken durably, which the bus alone or the tables alone are enough for; 503 when neither answers.
/// </summary>
public sealed class HealthDoor(StorageAccount storage, ServiceBusClient bus, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            AnswersAsync(storage.PingAsync, cancellationToken),
            AnswersAsync(PingBusAsync, cancellationToken));
        var health = new HealthAnswer(
            answers switch { [true, true] => "ok", [false, false] => "down", _ => "degraded" }, answers[0] ? "ok" : "down", answers[1] ? "ok" : "down");
        return Results.Json(health, HealthJson.Default.HealthAnswer, statusCode: health.Status == "down" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    // Opening a sending link is the smallest question the bus answers that needs no right beyond sending.
    private async Task PingBusAsync(CancellationToken cancellationToken)
    {
        await using var sender = bus.CreateSender(Topology.Topic);
        using var batch = await sender.CreateMessageBatchAsync(cancellationToken);
    }

    private async Task<bool> AnswersAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await ask(either.Token);
            return true;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or ServiceBusException or TimeoutException or UnauthorizedAccessException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}

internal sealed record HealthAnswer(string Status, string Tables, string Bus);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
