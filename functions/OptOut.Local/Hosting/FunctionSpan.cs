using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Http;

namespace OptOut.Local.Hosting;

/// <summary>
/// Creates the span of one function run, as the Azure host and worker do: it continues the trace of the request or message. For a request
/// it records the route, never the path.
/// </summary>
internal static class FunctionSpan
{
    public const string SourceName = "OptOut.Local.Functions";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? Start(FunctionDeclaration function, HttpRequest request, string? route)
    {
        // Not a child of Kestrel's span: if nothing listens to that span it is not sampled, and then this one would not be sampled either.
        Activity.Current = null;
        return Start(function, ActivityKind.Server, Parent(request.Headers.TraceParent, request.Headers.TraceState))
            ?.SetTag("http.request.method", request.Method)
            .SetTag("http.route", route);
    }

    public static Activity? Start(FunctionDeclaration function, ServiceBusReceivedMessage message) => Start(
        function,
        ActivityKind.Consumer,
        Activity.Current?.Context ?? Parent(message));

    /// <summary>A span of its own that is linked to each message of the batch.</summary>
    public static Activity? Start(FunctionDeclaration function, IEnumerable<ServiceBusReceivedMessage> batch) =>
        Source.StartActivity(function.Name, ActivityKind.Consumer, default(ActivityContext), links: batch.Select(m => new ActivityLink(Parent(m))))
            ?.SetTag("faas.name", function.Name);

    public static Activity? Start(FunctionDeclaration function) => Start(function, ActivityKind.Internal, default);

    private static Activity? Start(FunctionDeclaration function, ActivityKind kind, ActivityContext parent) =>
        Source.StartActivity(function.Name, kind, parent)?.SetTag("faas.name", function.Name);

    private static ActivityContext Parent(ServiceBusReceivedMessage message) => Parent(
        (message.ApplicationProperties.GetValueOrDefault("traceparent")
            ?? message.ApplicationProperties.GetValueOrDefault("Diagnostic-Id")) as string,
        null);

    private static ActivityContext Parent(string? traceParent, string? traceState) =>
        ActivityContext.TryParse(traceParent, traceState, isRemote: true, out var parent) ? parent : default;
}
