using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Generic;

/// <summary>Simulates what people do at the party itself: <c>POST /sandbox/{name}/act</c>.</summary>
internal sealed class GenericControls(GenericSandbox party)
{
    // {"identifier":"a@example.com","type":"unsubscribed|complained|bounced","kind":"email|phone|postal","topic":"newsletter","event":true}
    public async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if ((context.Request.Method, control) is not ("POST", "act"))
            return false;

        var body = await SandboxJson.ReadAsync(context);
        var (type, kind) = (Text("type") ?? "unsubscribed", Text("kind") ?? "email");
        if (Text("identifier") is not { Length: > 0 } identifier
            || type is not ("unsubscribed" or "complained" or "bounced")
            || kind is not ("email" or "phone" or "postal"))
        {
            await SandboxJson.ErrorAsync(
                context, 400, "give an identifier; a type of unsubscribed, complained or bounced; and a kind of email, phone or postal");
            return true;
        }

        var status = await party.ActAsync(
            type, identifier, kind, Text("topic"), body!["event"]?.GetValue<bool>() ?? true, context.RequestAborted);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["eventStatus"] = status });
        return true;

        string? Text(string name) => body?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}
