using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>What people do with their phones, and the controller with Twilio.</summary>
internal sealed class TwilioHandles(TwilioSandbox twilio)
{
    public async Task<bool> TryHandleAsync(HttpContext context, string handle)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || handle is not ("reply" or "send"))
            return false;

        var body = await SandboxJson.ReadAsync(context);
        if (await (handle == "reply" ? ReplyAsync() : SendAsync()) is { } done)
            await SandboxJson.WriteAsync(context, 200, done);
        else
            await SandboxJson.ErrorAsync(context, 400, "give from (reply) or to (send), a phone number, and body, a text");
        return true;

        // {"from":"+32470123456","body":"STOP","to":"+32460000001","optOutType":"STOP"}: the last two as you like.
        async Task<JsonNode?> ReplyAsync()
        {
            if (Field("from") is not { Length: > 0 } from)
                return null;
            var answer = await twilio.ReceiveAsync(from, Field("body") ?? "", Field("to"), Field("optOutType"), context.RequestAborted);
            return new JsonObject { ["status"] = answer.Status, ["twiml"] = answer.Twiml };
        }

        // {"to":"+32470123456","body":"...","error":30005}: fails with 21610 by itself where the person stopped.
        async Task<JsonNode?> SendAsync()
        {
            if (Field("to") is not { Length: > 0 } to)
                return null;
            int? error = body?["error"] is JsonValue value && value.TryGetValue(out int code) ? code : null;
            return new JsonObject { ["callbackStatus"] = await twilio.SendAsync(to, Field("body") ?? "", error, context.RequestAborted), ["error"] = twilio.Messages[^1].Error };
        }

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }
}
