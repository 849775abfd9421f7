using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Generic;

/// <summary>
/// The party's API: <c>POST consent</c>, and <c>GET suppressions</c>, paged or complete as the request specifies. Each call is
/// authenticated by its token and its signature.
/// </summary>
internal sealed class GenericEndpoints(GenericSandbox party)
{
    private const string Ndjson = "application/x-ndjson";

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (path is not [_, "consent" or "suppressions"])
            return false;
        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy, context.RequestAborted);
        var body = copy.ToArray();

        if (context.Request.Headers.Authorization != $"Bearer {GenericSandbox.Token}")
            await party.WriteErrorAsync(context, 401, "unknown token");
        else if (!party.Verifier.Verify(context.Request.Headers, body))
            await party.WriteErrorAsync(context, 401, "the signature is invalid");
        else
            return await AnswerAsync(context, path[1], body);
        return true;
    }

    private async Task<bool> AnswerAsync(HttpContext context, string call, byte[] body)
    {
        switch (context.Request.Method, call)
        {
            case ("POST", "consent"):
                await ReceiveAsync(context, body);
                return true;
            case ("GET", "suppressions") when context.Request.Headers.Accept == Ndjson:
                var entries = party.Entries;
                context.Response.ContentType = Ndjson;
                await context.Response.WriteAsync(
                    string.Concat(entries.Select(e => GenericSandbox.ToJson(e).ToJsonString() + "\n")), context.RequestAborted);
                party.MarkReported(entries);
                return true;
            case ("GET", "suppressions"):
                await PageAsync(context);
                return true;
            default:
                return false;
        }
    }

    private async Task ReceiveAsync(HttpContext context, byte[] body)
    {
        if (JsonNode.Parse(body) is not JsonObject state || state["type"]?.GetValue<string>() != "consent.changed")
        {
            await party.WriteErrorAsync(context, 400, $"not a consent.changed: {Encoding.UTF8.GetString(body)}");
            return;
        }

        party.Receive(state, context.Request.Headers["webhook-id"].ToString());
        context.Response.StatusCode = 204;
    }

    private async Task PageAsync(HttpContext context)
    {
        var offset = int.TryParse(context.Request.Query["cursor"], NumberStyles.None, CultureInfo.InvariantCulture, out var cursor)
            ? cursor
            : 0;
        var until = DateTimeOffset.Parse(context.Request.Query["until"].ToString(), CultureInfo.InvariantCulture);
        var all = party.Entries.Where(e => e.At <= until).ToArray();
        var page = all.Skip(offset).Take(party.PageSize).ToArray();
        var next = offset + page.Length;
        await SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["entries"] = new JsonArray([.. page.Select(GenericSandbox.ToJson)]),
            ["next"] = next < all.Length ? next.ToString(CultureInfo.InvariantCulture) : null,
        });
        party.MarkReported(page);
    }
}
