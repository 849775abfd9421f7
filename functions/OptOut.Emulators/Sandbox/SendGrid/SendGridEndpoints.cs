using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>
/// The part of SendGrid's API that OptOut uses, with its status codes and bodies:
/// https://github.com/twilio/sendgrid-oai, tsg_suppressions_v3.json and tsg_mail_v3.json.
/// </summary>
internal sealed class SendGridEndpoints(SendGridSandbox account, string apiKey)
{
    private const int MaxLimit = 500;

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (context.Request.Headers.Authorization != $"Bearer {apiKey}")
        {
            await SandboxJson.ErrorAsync(context, 401, "authorization required");
            return true;
        }

        switch (context.Request.Method, path[1..])
        {
            case ("GET", ["asm", "groups"]):
                await GroupsAsync(context);
                return true;
            case ("POST", ["asm", "suppressions", "global"]):
                await AddAsync(context, email => account.AddGlobal(new SendGridEntry(email, account.Now)));
                return true;
            case ("DELETE", ["asm", "suppressions", "global", var email]):
                await RemovedAsync(context, account.RemoveGlobal(email));
                return true;
            case ("POST", ["asm", "groups", var id, "suppressions"]) when TryId(id, out var group):
                await AddAsync(context, email => account.AddToGroups(new SendGridEntry(email, account.Now, group)));
                return true;
            case ("DELETE", ["asm", "groups", var id, "suppressions", var email]) when TryId(id, out var group):
                await RemovedAsync(context, account.RemoveFromGroup(email, group));
                return true;
            case ("GET", ["asm", "suppressions"]):
                await GroupEntriesAsync(context);
                return true;
            case ("GET", ["suppression", "unsubscribes"]):
                await ListAsync(context, account.Global, e => new JsonObject { ["created"] = e.Created, ["email"] = e.Email });
                return true;
            case ("GET", ["suppression", "spam_reports"]):
                await ListAsync(
                    context,
                    account.SpamReports,
                    e => new JsonObject { ["created"] = e.Created, ["email"] = e.Email, ["ip"] = "192.0.2.1" });
                return true;
            case ("DELETE", ["suppression", "spam_reports", var email]):
                await RemovedAsync(context, account.RemoveSpamReport(email));
                return true;
            case ("GET", ["suppression", "bounces"]):
                await ListAsync(
                    context,
                    account.Bounces,
                    e => new JsonObject
                    {
                        ["created"] = e.Created,
                        ["email"] = e.Email,
                        ["reason"] = "550 5.1.1 The email account does not exist",
                        ["status"] = "5.1.1",
                    });
                return true;
            case ("DELETE", ["suppression", "bounces", var email]):
                await RemovedAsync(context, account.RemoveBounce(email));
                return true;
            case ("POST", ["mail", "send"]):
                await new SendGridMailSend(account).AnswerAsync(context);
                return true;
            default:
                return false;
        }
    }

    private static bool TryId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);

    private Task GroupsAsync(HttpContext context) =>
        SandboxJson.WriteAsync(context, 200, new JsonArray([.. account.Groups.Select(g => new JsonObject
        {
            ["id"] = g.Key,
            ["name"] = g.Value,
            ["description"] = g.Value,
            ["is_default"] = false,
            ["unsubscribes"] = account.GroupEntries.Count(e => e.Group == g.Key),
        })]));

    private static async Task AddAsync(HttpContext context, Action<string> add)
    {
        if ((await SandboxJson.ReadAsync(context))?["recipient_emails"] is not JsonArray emails
            || emails.Any(e => e is not JsonValue v || !v.TryGetValue<string>(out _)))
        {
            await SandboxJson.ErrorAsync(context, 400, "recipient_emails must be an array of strings", "recipient_emails");
            return;
        }

        string[] all = [.. emails.Select(e => e!.GetValue<string>())];
        if (all.FirstOrDefault(e => !e.Contains('@', StringComparison.Ordinal)) is { } bad)
        {
            await SandboxJson.ErrorAsync(context, 400, $"email address \"{bad}\" is invalid", "recipient_emails");
            return;
        }

        foreach (var email in all)
            add(email);
        await SandboxJson.WriteAsync(
            context, 201, new JsonObject { ["recipient_emails"] = new JsonArray([.. all.Select(e => JsonValue.Create(e))]) });
    }

    private static Task RemovedAsync(HttpContext context, bool removed)
    {
        context.Response.StatusCode = 204;
        return removed ? Task.CompletedTask : SandboxJson.ErrorAsync(context, 404, "not found");
    }

    // Documented without parameters, but it pages if asked to; without a limit it returns everything.
    private Task GroupEntriesAsync(HttpContext context)
    {
        var groups = account.Groups;
        return account.GroupEntriesIgnorePaging
            ? SandboxJson.WriteAsync(context, 200, new JsonArray([.. account.GroupEntries.Select(Write)]))
            : PageAsync(context, account.GroupEntries, int.MaxValue, Write);

        JsonNode Write(SendGridEntry e) => new JsonObject
        {
            ["email"] = e.Email,
            ["group_id"] = e.Group,
            ["group_name"] = groups.GetValueOrDefault(e.Group, ""),
            ["created_at"] = e.Created,
        };
    }

    private static Task ListAsync(HttpContext context, IEnumerable<SendGridEntry> entries, Func<SendGridEntry, JsonNode> write)
    {
        var start = Number(context, "start_time", 0);
        var end = Number(context, "end_time", long.MaxValue);
        return start is null || end is null
            ? SandboxJson.ErrorAsync(context, 400, "start_time and end_time must be unix timestamps")
            : PageAsync(context, entries.Where(e => e.Created >= start && e.Created <= end), MaxLimit, write);
    }

    private static Task PageAsync(
        HttpContext context, IEnumerable<SendGridEntry> entries, int defaultLimit, Func<SendGridEntry, JsonNode> write)
    {
        if (Number(context, "limit", defaultLimit) is not { } limit
            || limit < 1
            || (limit > MaxLimit && context.Request.Query.ContainsKey("limit")))
        {
            return SandboxJson.ErrorAsync(context, 400, $"limit must be a number from 1 to {MaxLimit}", "limit");
        }

        if (Number(context, "offset", 0) is not { } offset)
            return SandboxJson.ErrorAsync(context, 400, "offset must be a number", "offset");
        var page = entries.Skip((int)Math.Min(offset, int.MaxValue)).Take((int)limit);
        return SandboxJson.WriteAsync(context, 200, new JsonArray([.. page.Select(write)]));
    }

    private static long? Number(HttpContext context, string name, long absent) =>
        context.Request.Query[name].ToString() is not { Length: > 0 } text ? absent
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : null;
}
