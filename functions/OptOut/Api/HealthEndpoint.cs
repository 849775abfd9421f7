using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OptOut.Api;

/// <summary>
/// <c>GET /api/health</c>: 200 while opt-outs can be recorded durably, for which the bus alone or the tables alone are enough;
/// 503 when neither answers.
/// </summary>
internal sealed class HealthEndpoint(HealthCheckService checks)
{
    public async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        var entries = (await checks.CheckHealthAsync(cancellationToken)).Entries;
        var (tables, bus) = (StatusOf(TablesCheck.Name), StatusOf(BusCheck.Name));
        var health = new HealthAnswer(tables == bus ? tables : "degraded", tables, bus);
        var status = health.Status == "down" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return Results.Json(health, HealthJson.Default.HealthAnswer, statusCode: status);

        string StatusOf(string check) => entries[check].Status == HealthStatus.Healthy ? "ok" : "down";
    }
}

internal sealed record HealthAnswer(
    [property: AllowedValues("ok", "degraded", "down")] string Status,
    [property: AllowedValues("ok", "down")] string Tables,
    [property: AllowedValues("ok", "down")] string Bus);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
