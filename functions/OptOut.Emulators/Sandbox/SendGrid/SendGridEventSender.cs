using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>Signs events and posts them, one per request.</summary>
internal sealed class SendGridEventSender(SendGridSigner signer, TimeProvider time)
{
    /// <returns>The status of the answer.</returns>
    public async Task<int?> SendAsync(Uri target, string kind, string email, int group, CancellationToken cancellationToken)
    {
        var sent = new JsonObject
        {
            ["email"] = email,
            ["timestamp"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["event"] = kind,
            ["sg_event_id"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('='),
            ["sg_message_id"] = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
        };
        if (kind == "bounce")
            sent["type"] = "bounce";
        if (group != 0)
            sent["asm_group_id"] = group;
        return await signer.PostAsync(
            target,
            Encoding.UTF8.GetBytes(new JsonArray(sent).ToJsonString() + "\r\n"),
            "application/json; charset=utf-8",
            cancellationToken);
    }
}
