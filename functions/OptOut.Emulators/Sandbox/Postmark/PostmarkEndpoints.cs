using System.Globalization;
using System.Net.Mail;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Postmark;

/// <summary>
/// Postmark's Suppressions API, with its status codes, limits and bodies (https://postmarkapp.com/developer/api/suppressions-api; the
/// error codes:
/// https://postmarkapp.com/developer/api/overview#error-codes).
/// </summary>
internal sealed class PostmarkEndpoints(PostmarkSandbox server)
{
    private const int MaxItems = 50;

    private const string NotYours = "You do not have the required authority to change this suppression.";
    private const string NoAddress = "An invalid email address was provided.";

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        var stream = "";
        if (path is [_, "message-streams", var named, "suppressions", ..])
            stream = named;
        else if (path is not [_, "email"] || context.Request.Method != "POST")
            return false;
        if (context.Request.Headers["X-Postmark-Server-Token"] != PostmarkSandbox.ServerToken)
        {
            await ErrorAsync(context, 401, 10, "No Account or Server API tokens were supplied in the HTTP headers, or they are wrong.");
            return true;
        }

        if (stream.Length == 0)
        {
            await SendMailAsync(context);
            return true;
        }

        if (!PostmarkSandbox.Streams.Contains(stream))
        {
            await ErrorAsync(context, 422, 1226, "The message stream for the provided 'ID' was not found.");
            return true;
        }

        switch (context.Request.Method, path[4..])
        {
            case ("GET", ["dump"]):
                await DumpAsync(context, stream);
                return true;
            case ("POST", []):
                await ChangeAsync(context, email => Suppress(context, stream, email));
                return true;
            case ("POST", ["delete"]):
                await ChangeAsync(context, email => Lift(context, stream, email));
                return true;
            default:
                return false;
        }
    }

    // https://postmarkapp.com/developer/api/email-api
    private async Task SendMailAsync(HttpContext context)
    {
        if (await SandboxJson.ReadAsync(context) is not { } mail
            || mail["From"] is null || mail["To"] is not JsonValue to || !MailAddress.TryCreate(to.GetValue<string>(), out var recipient))
        {
            await ErrorAsync(context, 422, 300, "Invalid email request.");
            return;
        }

        var stream = mail["MessageStream"]?.GetValue<string>() ?? "outbound";
        if (!PostmarkSandbox.Streams.Contains(stream))
            await ErrorAsync(context, 422, 1235, "The message stream for the provided 'ID' was not found.");
        else if (server.Find(stream, recipient.Address) is not null)
            await ErrorAsync(context, 422, 406, "You tried to send to a recipient that has been marked as inactive.");
        else
            await SandboxJson.WriteAsync(context, 200, server.Send(mail));
    }

    public static Task ErrorAsync(HttpContext context, int status, int code, string message) =>
        SandboxJson.WriteAsync(context, status, new JsonObject { ["ErrorCode"] = code, ["Message"] = message });

    private (string Status, string? Message) Suppress(HttpContext context, string stream, string email)
    {
        if (server.Add(new PostmarkEntry(stream, email, "ManualSuppression", "Customer", server.Now)))
            SendWebhook(context, email, "ManualSuppression", stream);
        return server.Find(stream, email) is { Reason: "SpamComplaint" } ? ("Failed", NotYours) : ("Suppressed", null);
    }

    private (string Status, string? Message) Lift(HttpContext context, string stream, string email)
    {
        var existed = server.Find(stream, email) is not null;
        if (!server.Lift(stream, email))
            return ("Failed", NotYours);
        if (existed)
            SendWebhook(context, email, null, stream);
        return ("Deleted", null);
    }

    // Changes through the API also cause a webhook.
    private void SendWebhook(HttpContext context, string email, string? reason, string stream) =>
        context.Response.OnCompleted(() => server.PostAsync(server.Change(email, reason, stream, "Customer"), CancellationToken.None));

    private static async Task ChangeAsync(HttpContext context, Func<string, (string Status, string? Message)> change)
    {
        if ((await SandboxJson.ReadAsync(context))?["Suppressions"] is not JsonArray items || items.Any(i => Address(i) is null))
        {
            await ErrorAsync(context, 422, 1409, "A proper request body must be provided.");
            return;
        }

        if (items.Count > MaxItems)
        {
            await ErrorAsync(context, 422, 1410, "You cannot provide more than the maximum number of suppressions for this request.");
            return;
        }

        await SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["Suppressions"] = new JsonArray([.. items.Select(item =>
            {
                var email = Address(item)!;
                var (status, message) = email.IndexOf('@', StringComparison.Ordinal) is > 0 ? change(email) : ("Failed", NoAddress);
                return new JsonObject { ["EmailAddress"] = email, ["Status"] = status, ["Message"] = message };
            })]),
        });
    }

    private Task DumpAsync(HttpContext context, string stream)
    {
        var email = context.Request.Query["EmailAddress"].ToString();
        return SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["Suppressions"] = new JsonArray([.. server.Entries
                .Where(e => e.Stream == stream && (email.Length == 0 || e.Email.Contains(email, StringComparison.OrdinalIgnoreCase)))
                .Select(e => new JsonObject
                {
                    ["EmailAddress"] = e.Email,
                    ["SuppressionReason"] = e.Reason,
                    ["Origin"] = e.Origin,
                    ["CreatedAt"] = e.CreatedAt
                        .ToOffset(TimeSpan.FromHours(-5))
                        .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
                })]),
        });
    }

    private static string? Address(JsonNode? item) =>
        item is JsonObject one && one["EmailAddress"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
