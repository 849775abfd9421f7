using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace OptOut.Local.Hosting;

/// <summary>The two admin endpoints of the Azure host that are useful on one machine. Both require the master key.</summary>
internal static class AdminEndpoints
{
    public static void Map(WebApplication app, IReadOnlyList<FunctionDeclaration> functions, TimerFunctions timers, FunctionKeys keys)
    {
        app.MapPost("/admin/functions/{name}", (HttpRequest request, string name) =>
        {
            if (!keys.Allows(request, AuthorizationLevel.Admin))
                return Results.Unauthorized();
            if (timers.TryRun(name, out _))
                return Results.Accepted();
            return functions.Any(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase))
                ? Results.Text(
                    $"{name} is not a timer function. Only those can be started here.\n", statusCode: StatusCodes.Status400BadRequest)
                : Results.NotFound();
        });

        app.MapGet("/admin/host/status", (HttpRequest request) => keys.Allows(request, AuthorizationLevel.Admin)
            ? Results.Json(new
            {
                id = "optout-local",
                state = "Running",
                version = "4.0.0.0",
                functions = functions.Select(function => function.Name),
            })
            : Results.Unauthorized());
    }
}
