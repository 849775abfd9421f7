using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Local.Sandbox.SendGrid;

/// <summary>What the real account does in its own pages: people unsubscribing there, and the verification key.</summary>
internal sealed class SendGridHandles(SendGridSandbox sendGrid)
{
    public async Task<bool> TryHandleAsync(HttpContext context, string handle)
    {
        switch (context.Request.Method, handle)
        {
            case ("GET", "event-key"):
                await SandboxJson.WriteAsync(context, 200, new JsonObject { ["publicKey"] = sendGrid.EventPublicKey });
                return true;
            case ("POST", "unsubscribe"):
                await UnsubscribeAsync(context);
                return true;
            default:
                return false;
        }
    }

    // {"email":"a@example.com","kind":"unsubscribe|group_unsubscribe|spamreport|bounce","group":1,"event":true}
    private async Task UnsubscribeAsync(HttpContext context)
    {
        var body = await SandboxJson.ReadAsync(context);
        var kind = body?["kind"]?.GetValue<string>() ?? "unsubscribe";
        if (body?["email"]?.GetValue<string>() is not { Length: > 0 } email || kind is not ("unsubscribe" or "group_unsubscribe" or "spamreport" or "bounce"))
        {
            await SandboxJson.ErrorAsync(context, 400, "give an email, and a kind of unsubscribe, group_unsubscribe, spamreport or bounce");
            return;
        }

        var group = body["group"]?.GetValue<int>() ?? 0;
        var status = await sendGrid.ActAsync(kind, email, group, body["event"]?.GetValue<bool>() ?? true, context.RequestAborted);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["eventStatus"] = status });
    }
}
