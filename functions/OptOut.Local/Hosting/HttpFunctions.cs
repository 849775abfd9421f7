using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>Maps the HTTP functions to endpoints, with the routing, key checks and error responses of the Azure host.</summary>
internal sealed class HttpFunctions(HostJson hostJson, FunctionKeys keys, StartupErrors errors, ILogger log)
{
    private const string AllowedParameters = "HttpRequest, CancellationToken and, as string, the values in its route";

    public void Map(WebApplication app, IEnumerable<FunctionDeclaration> functions)
    {
        // Azure answers 404 to a method that no function declares. ASP.NET Core would answer 405, through an endpoint that is not a
        // RouteEndpoint.
        app.Use((context, next) =>
        {
            if (context.GetEndpoint() is { } and not RouteEndpoint)
                context.SetEndpoint(null);
            return next(context);
        });

        var taken = new Dictionary<string, FunctionDeclaration>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in functions)
        {
            var trigger = (HttpTriggerAttribute)function.Trigger;
            if (Pattern(function, trigger) is not { } pattern)
                continue;
            var methods = trigger.Methods is { Length: > 0 } declared
                ? declared.Select(method => method.ToUpperInvariant()).Distinct().ToArray()
                : [];
            ReportDuplicates(taken, function, pattern, methods);
            if (!ReturnsResult(function.Method.ReturnType))
                errors.Add(function, $"returns {function.Method.ReturnType.Name}.", "Return IResult or Task<IResult>.");
            if (BoundFunction<HttpContext>.Bind(
                function, parameter => Source(function, parameter, pattern), AllowedParameters, app.Services, errors) is not { } bound)
            {
                continue;
            }

            RequestDelegate handler = context => HandleAsync(bound, trigger.AuthLevel, pattern.RawText, context);
            var endpoint = methods.Length > 0 ? app.MapMethods(pattern.RawText!, methods, handler) : app.Map(pattern, handler);
            endpoint.WithDisplayName(function.Name);
        }
    }

    private async Task HandleAsync(BoundFunction<HttpContext> function, AuthorizationLevel level, string? route, HttpContext context)
    {
        using var span = FunctionSpan.Start(function.Declaration, context.Request, route);
        await AnswerAsync(function, level, context);
        span?.SetTag("http.response.status_code", context.Response.StatusCode);
    }

    private async Task AnswerAsync(BoundFunction<HttpContext> function, AuthorizationLevel level, HttpContext context)
    {
        if (!keys.Allows(context.Request, level))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            if (await function.InvokeAsync(context.RequestServices, context) is IResult result)
                await result.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller disconnected.
        }
        catch (Exception exception)
        {
            log.Failed(exception, function.Declaration.Name);
            if (context.Response.HasStarted)
            {
                context.Abort();
                return;
            }

            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private RoutePattern? Pattern(FunctionDeclaration function, HttpTriggerAttribute trigger)
    {
        var route = (trigger.Route ?? function.Name).Trim('/');

        // Azure's host compares the prefix, not the whole segment: /administration is refused too.
        if (route.StartsWith("admin", StringComparison.OrdinalIgnoreCase)
            || route.StartsWith("runtime", StringComparison.OrdinalIgnoreCase))
        {
            errors.Add(function, $"the route '{route}' begins with admin or runtime, which Azure reserves.", "Choose another route.");
            return null;
        }

        try
        {
            return RoutePatternFactory.Parse($"/{hostJson.RoutePrefix}/{route}".Replace("//", "/", StringComparison.Ordinal));
        }
        catch (RoutePatternException invalid)
        {
            errors.Add(
                function,
                $"the route '{route}' cannot be read: {invalid.Message}",
                "Write it as in ASP.NET Core: literal/{value}/{optional?}.");
            return null;
        }
    }

    private void ReportDuplicates(
        Dictionary<string, FunctionDeclaration> taken, FunctionDeclaration function, RoutePattern pattern, string[] methods)
    {
        var shape = string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Shape))));
        foreach (var method in methods.DefaultIfEmpty("any method"))
        {
            if (!taken.TryAdd($"{method} /{shape}", function))
            {
                errors.Add(
                    function,
                    $"{method} {pattern.RawText} is also the route of {taken[$"{method} /{shape}"].Name}.",
                    "Give one of them another route or method.");
            }
        }
    }

    // Two routes that differ only in the name of a value match the same requests.
    private static string Shape(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart value =>
            $"{{{(value.IsCatchAll ? "*" : "")}{string.Join(':', value.ParameterPolicies.Select(policy => policy.Content))}}}",
        _ => "",
    };

    private static Func<HttpContext, object?>? Source(FunctionDeclaration function, ParameterInfo parameter, RoutePattern pattern)
    {
        if (parameter.ParameterType == typeof(HttpRequest))
            return context => context.Request;
        if (parameter.ParameterType == typeof(CancellationToken))
            return context => context.RequestAborted;
        if (parameter.ParameterType == typeof(string)
            && parameter != function.TriggerParameter
            && pattern.GetParameter(parameter.Name!) is { } value)
        {
            return context => context.Request.RouteValues[value.Name]?.ToString();
        }

        return null;
    }

    private static bool ReturnsResult(Type type) => typeof(IResult).IsAssignableFrom(type)
        || (type.IsGenericType
            && type.GetGenericTypeDefinition() == typeof(Task<>)
            && typeof(IResult).IsAssignableFrom(type.GetGenericArguments()[0]));
}
