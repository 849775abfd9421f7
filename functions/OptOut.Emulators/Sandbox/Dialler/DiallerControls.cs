using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using OptOut.Identity;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>Simulates events at the call centre: a campaign dials a number, or an agent marks a number.</summary>
internal sealed class DiallerControls(DiallerSandbox dialler)
{
    // Both take {"number":"0470 12 34 56"}; mark also accepts "event":false, for a mark whose webhook gets lost.
    public async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if (context.Request.Method != "POST" || control is not ("call" or "mark"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        if (body?["number"] is not JsonValue value
            || !value.TryGetValue(out string? text)
            || !PhoneNumber.TryParseVouched(text, "BE", out var who))
        {
            await SandboxJson.ErrorAsync(context, 400, "give a telephone number, for example {\"number\":\"0470 12 34 56\"}", "number");
        }
        else if (control == "call")
        {
            await SandboxJson.WriteAsync(context, 200, new JsonObject { ["dials"] = dialler.Dial(who.Value) });
        }
        else
        {
            await SandboxJson.WriteAsync(context, 200, new JsonObject
            {
                ["webhook"] = await dialler.MarkAsync(
                    who.Value, body["event"] is not JsonValue sends || !sends.TryGetValue(out bool send) || send, context.RequestAborted),
            });
        }

        return true;
    }
}
