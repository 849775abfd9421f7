using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>Simulates what happens at SendGrid itself: people unsubscribe there, and mails reach the account's MX.</summary>
internal sealed class SendGridControls(SendGridSandbox sendGrid)
{
    public async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        switch (context.Request.Method, control)
        {
            case ("POST", "mail"):
                await MailAsync(context);
                return true;
            case ("POST", "unsubscribe"):
                await UnsubscribeAsync(context);
                return true;
            default:
                return false;
        }
    }

    // {"email":"a@example.com","kind":"unsubscribe|group_unsubscribe|group_resubscribe|spamreport|bounce","group":1,"event":true}
    private async Task UnsubscribeAsync(HttpContext context)
    {
        var body = await SandboxJson.ReadAsync(context);
        var kind = body?["kind"]?.GetValue<string>() ?? "unsubscribe";
        if (body?["email"]?.GetValue<string>() is not { Length: > 0 } email
            || kind is not ("unsubscribe" or "group_unsubscribe" or "group_resubscribe" or "spamreport" or "bounce"))
        {
            await SandboxJson.ErrorAsync(
                context, 400, "give an email, and a kind of unsubscribe, group_unsubscribe, group_resubscribe, spamreport or bounce");
            return;
        }

        var group = body["group"]?.GetValue<int>() ?? 0;
        var status = await sendGrid.ActAsync(kind, email, group, body["event"]?.GetValue<bool>() ?? true, context.RequestAborted);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["eventStatus"] = status });
    }

    // {"from":"a@example.com","to":"u-TOKEN@host","subject":"unsubscribe","text":"..."}. As if sent by the mail service of the sender's
    // domain.
    private async Task MailAsync(HttpContext context)
    {
        var body = await SandboxJson.ReadAsync(context);
        if (Field("from") is not { Length: > 0 } from
            || Field("to") is not { Length: > 0 } to
            || from.Any(char.IsControl)
            || to.Any(char.IsControl))
        {
            await SandboxJson.ErrorAsync(context, 400, "give the addresses from and to; subject and text are optional");
            return;
        }

        var domain = from[(from.LastIndexOf('@') + 1)..];
        var id = Guid.CreateVersion7(sendGrid.Moment).ToString("N");
        var subject = string.Concat((Field("subject") ?? "unsubscribe").Where(c => !char.IsControl(c)));
        var status = await sendGrid.ReceiveAsync(
            new SendGridInboundMail(
                $"From: {from}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{id}@{domain}>\nMIME-Version: 1.0\n"
                    + "Content-Type: text/plain; charset=utf-8\n",
                from,
                to)
            {
                Text = Field("text") ?? "",
                Dkim = $"{{@{domain} : pass}}",
                Spf = "pass",
            },
            context.RequestAborted);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["status"] = status });

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }
}
