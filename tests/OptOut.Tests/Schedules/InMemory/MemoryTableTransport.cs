using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>A request that has arrived, before it takes effect.</summary>
/// <param name="IsWrite">Whether it changes rows.</param>
/// <param name="Actions">What it does: several for a transaction.</param>
/// <param name="Execute">Takes effect, and returns the response and a word for the drawing.</param>
internal sealed record ArrivedRequest(
    bool IsWrite, IReadOnlyList<TableRequest> Actions, Func<(MemoryResponse Response, string Result)> Execute);

/// <summary>The wire of the genuine <c>TableClient</c>, which ends in a <see cref="TableService"/> instead of a socket.</summary>
/// <param name="service">Keeps the rows.</param>
/// <param name="answer">Decides when a request takes effect.</param>
internal sealed class MemoryTableTransport(
    TableService service, Func<ArrivedRequest, CancellationToken, Task<MemoryResponse>> answer) : HttpPipelineTransport
{
    private const string Json = "application/json;odata=minimalmetadata;charset=utf-8";

    public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The product makes no synchronous calls.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var request = message.Request;
        var body = "";
        if (request.Content is { } content)
        {
            using var memory = new MemoryStream();
            await content.WriteToAsync(memory, CancellationToken.None);
            body = Encoding.UTF8.GetString(memory.ToArray());
        }

        message.Response = await answer(Read(request, body), message.CancellationToken);
    }

    private ArrivedRequest Read(Request request, string body)
    {
        var uri = request.Uri.ToUri();
        if (uri.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal))
        {
            var actions = TableBatch.Read(body);
            return new ArrivedRequest(IsWrite: true, actions, () =>
            {
                var (answers, failed) = service.ExecuteAll(actions);
                var (text, type) = TableBatch.Write(answers, failed);
                return (new MemoryResponse(202, text, type, null), $"{answers[^1].Status}{(failed is null ? "" : $" {answers[^1].Code}")}");
            });
        }

        var action = TableUrl.Read(
            request.Method.Method, uri, request.Headers.TryGetValue("If-Match", out var match) ? match : null, body);
        return new ArrivedRequest(request.Method != RequestMethod.Get, [action], () =>
        {
            var done = service.Execute(action);
            var result = done.Code ?? (action.Key is null && action.Verb == "GET" ? $"{Count(done)} rows" : $"{done.Status}");
            return (new MemoryResponse(done.Status, done.Body, Json, done.Tag), result);
        });
    }

    private static int Count(TableAnswer answer)
    {
        using var json = JsonDocument.Parse(answer.Body);
        return json.RootElement.GetProperty("value").GetArrayLength();
    }
}
