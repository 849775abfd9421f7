using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OptOut.Identity;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>What happens at the call centre: a campaign dials, and an agent marks a number.</summary>
internal sealed class DiallerHandles(DiallerSandbox dialler)
{
    // Both take {"number":"0470 12 34 56"}; a mark also "event":false, for one whose webhook does not get through.
    public async Task<bool> TryHandleAsync(HttpContext context, string handle)
    {
        if (context.Request.Method != "POST" || handle is not ("call" or "mark"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        if (body?["number"] is not JsonValue value || !value.TryGetValue(out string? text) || !PhoneNumber.TryParse(text, "BE", out var who))
            await SandboxJson.ErrorAsync(context, 400, "give a telephone number, as in {\"number\":\"0470 12 34 56\"}", "number");
        else if (handle == "call")
            await SandboxJson.WriteAsync(context, 200, new JsonObject { ["dials"] = dialler.Dial(who.Value) });
        else
            await SandboxJson.WriteAsync(context, 200, new JsonObject { ["webhook"] = await dialler.MarkAsync(who.Value, body["event"] is not JsonValue sends || !sends.TryGetValue(out bool send) || send, context.RequestAborted) });
        return true;
    }
}
