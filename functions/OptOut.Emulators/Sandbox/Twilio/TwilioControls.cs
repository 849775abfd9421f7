using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>Simulates what people do with their phones, and what the controller does with Twilio.</summary>
internal sealed class TwilioControls(TwilioSandbox twilio)
{
    public async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || control is not ("reply" or "send"))
            return false;

        var body = await SandboxJson.ReadAsync(context);
        if (await (control == "reply" ? ReplyAsync() : SendAsync()) is { } done)
            await SandboxJson.WriteAsync(context, 200, done);
        else
            await SandboxJson.ErrorAsync(context, 400, "give a phone number as from (reply) or to (send), and a text as body");
        return true;

        // {"from":"+32470123456","body":"STOP","to":"+32460000001","optOutType":"STOP"}. The last two are optional.
        async Task<JsonNode?> ReplyAsync()
        {
            if (Field("from") is not { Length: > 0 } from)
                return null;
            var answer = await twilio.ReceiveAsync(from, Field("body") ?? "", Field("to"), Field("optOutType"), context.RequestAborted);
            return new JsonObject { ["status"] = answer.Status, ["twiml"] = answer.Twiml };
        }

        // {"to":"+32470123456","body":"...","error":30005}. Fails with 21610 if the person opted out.
        async Task<JsonNode?> SendAsync()
        {
            if (Field("to") is not { Length: > 0 } to)
                return null;
            int? error = body?["error"] is JsonValue value && value.TryGetValue(out int code) ? code : null;
            return new JsonObject
            {
                ["callbackStatus"] = await twilio.SendAsync(to, Field("body") ?? "", error, context.RequestAborted),
                ["error"] = twilio.Messages[^1].Error,
            };
        }

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }
}
