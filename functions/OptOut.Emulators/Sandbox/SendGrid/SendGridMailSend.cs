using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>POST /v3/mail/send: answers 202 with X-Message-Id even if the mail is then dropped, as the real API does.</summary>
internal sealed class SendGridMailSend(SendGridSandbox account)
{
    // https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations: 30 MB for a message with its attachments.
    private const int MaxBytes = 30 * 1024 * 1024;

    public async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            await SandboxJson.ErrorAsync(context, 413, "The JSON payload you have included in your request is too large.");
            return;
        }

        if (await SandboxJson.ReadAsync(context) is not { } mail || Recipients(mail) is not { Length: > 0 } recipients)
        {
            await SandboxJson.ErrorAsync(
                context, 400, "The personalizations field is required and must have at least one personalization.", "personalizations");
            return;
        }

        if (recipients.FirstOrDefault(r => !r.Contains('@', StringComparison.Ordinal)) is not null)
        {
            await SandboxJson.ErrorAsync(context, 400, "Does not contain a valid address.", "personalizations.0.to.0.email");
            return;
        }

        var bypass = new SendGridBypass(
            IsBypassed("bypass_list_management"),
            IsBypassed("bypass_unsubscribe_management"),
            IsBypassed("bypass_spam_management"),
            IsBypassed("bypass_bounce_management"));
        if (bypass is { All: true } and not { Unsubscribes: false, Spam: false, Bounces: false })
        {
            await SandboxJson.ErrorAsync(
                context, 400, "bypass_list_management cannot be combined with the other bypass filters.", "mail_settings");
            return;
        }

        var request = mail.ToJsonString();
        var group = mail["asm"]?["group_id"]?.GetValue<int>() ?? 0;
        var accepted = recipients
            .Select(to => account.AcceptMail(
                to, mail["subject"]?.GetValue<string>() ?? "", Content("text/plain"), Content("text/html"), group, bypass, request))
            .ToArray();
        context.Response.Headers["X-Message-Id"] = accepted[0].MessageId;
        context.Response.StatusCode = 202;

        bool IsBypassed(string setting) => mail["mail_settings"]?[setting]?["enable"]?.GetValue<bool>() ?? false;

        string Content(string type) => (mail["content"] as JsonArray)?
            .FirstOrDefault(c => c?["type"]?.GetValue<string>() == type)?["value"]?.GetValue<string>() ?? "";
    }

    private static string[] Recipients(JsonObject mail) => (mail["personalizations"] as JsonArray)?
        .SelectMany(p => p?["to"] as JsonArray ?? [])
        .Select(to => to?["email"]?.GetValue<string>() ?? "")
        .ToArray() ?? [];
}
