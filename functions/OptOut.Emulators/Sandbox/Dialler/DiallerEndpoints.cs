using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OptOut.Identity;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>A call centre's implementation of the contract in <c>Vendors/Dialler/README.md</c>.</summary>
internal sealed class DiallerEndpoints(DiallerSandbox dialler)
{
    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (path is not [_, "do-not-call"])
            return false;
        if (context.Request.Headers.Authorization != $"Bearer {DiallerSandbox.Token}")
        {
            await dialler.WriteErrorAsync(context, 401, "unknown token");
            return true;
        }

        switch (context.Request.Method)
        {
            case "POST":
                await SetStoppedAsync(context);
                return true;
            case "GET":
                await ListAsync(context);
                return true;
            default:
                return false;
        }
    }

    private async Task SetStoppedAsync(HttpContext context)
    {
        var body = await SandboxJson.ReadAsync(context);
        if (body?["number"] is not JsonValue number
            || !number.TryGetValue(out string? text)
            || body["stopped"] is not JsonValue stopped
            || !stopped.TryGetValue(out bool stop)
            || body.Count != 2)
        {
            await dialler.WriteErrorAsync(context, 400, "give number and stopped");
        }
        else if (!PhoneNumber.TryParseVouched(text, "BE", out var who) || who.Value != text)
        {
            await dialler.WriteErrorAsync(context, 422, $"{text} is not a number in international form");
        }
        else
        {
            await SandboxJson.WriteAsync(context, 200, new JsonObject { ["stopped"] = dialler.SetStopped(text, stop) });
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var from = 0;
        if (!DateTimeOffset.TryParse(query["until"], CultureInfo.InvariantCulture, out var until)
            || (query.ContainsKey("cursor") && !int.TryParse(query["cursor"], NumberStyles.None, CultureInfo.InvariantCulture, out from)))
        {
            await dialler.WriteErrorAsync(context, 400, "give until, and optionally a cursor from a previous answer");
            return;
        }

        var entries = dialler.Entries.Where(e => e.At <= until).ToArray();
        var page = entries.Skip(from).Take(dialler.PageSize).ToArray();
        dialler.MarkReported(page);
        await SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["entries"] = new JsonArray(
                [.. page.Select(e => new JsonObject { ["number"] = e.Number, ["since"] = e.At, ["origin"] = DiallerSandbox.Origin(e) })]),
            ["next"] = from + dialler.PageSize < entries.Length ? (from + dialler.PageSize).ToString(CultureInfo.InvariantCulture) : null,
        });
    }
}
