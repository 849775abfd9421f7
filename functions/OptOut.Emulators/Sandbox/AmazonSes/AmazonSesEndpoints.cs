using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <summary>
/// The part of the SES API v2 that OptOut uses, with its status codes and bodies
/// (https://docs.aws.amazon.com/ses/latest/APIReference-V2/Welcome.html),
/// and the two SNS addresses in its messages: the certificate and the subscription confirmation.
/// </summary>
internal sealed class AmazonSesEndpoints(AmazonSesSandbox account)
{
    private const int PageSize = 100;

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (path is [_, "sns", ..])
            return await SnsAsync(context, path[2..]);
        if (path is not [_, "v2", "email", .. var rest])
            return false;

        using var copy = new MemoryStream();
        await context.Request.Body.CopyToAsync(copy, context.RequestAborted);
        var body = copy.ToArray();
        if (AwsSignature.Problem(
            context.Request, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, body,
            AmazonSesSandbox.AccessKeyId, AmazonSesSandbox.SecretAccessKey, AmazonSesSandbox.Region, account.Now) is { } problem)
        {
            await ErrorAsync(context, 403, "InvalidSignatureException", problem);
            return true;
        }

        switch (context.Request.Method, rest)
        {
            case (_, ["contact-lists", var list, ..]) when list != AmazonSesSandbox.ContactList:
                await ErrorAsync(context, 404, "NotFoundException", $"List with name: {list} doesn't exist.");
                return true;
            case ("POST", ["contact-lists", _, "contacts", "list"]):
                await ContactsAsync(context, Json(body)?["NextToken"]?.GetValue<string>());
                return true;
            case ("POST", ["contact-lists", _, "contacts"]):
                await CreateAsync(context, Json(body));
                return true;
            case ("GET" or "PUT", ["contact-lists", _, "contacts", var email]):
                await ContactAsync(context, email, Json(body));
                return true;
            case ("POST", ["outbound-emails"]):
                await SendMailAsync(context, Json(body));
                return true;
            case ("GET", ["suppression", "addresses"]):
                await SuppressionsAsync(context, context.Request.Query["NextToken"].ToString());
                return true;
            case ("GET", ["suppression", "addresses", var email]):
                await SuppressionAsync(context, email);
                return true;
            case ("DELETE", ["suppression", "addresses", var email]):
                await (account.Lift(email) ? SandboxJson.WriteAsync(context, 200, new JsonObject()) : NotSuppressedAsync(context));
                return true;
            default:
                return false;
        }
    }

    public static Task ErrorAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.Headers["x-amzn-ErrorType"] = type;
        return SandboxJson.WriteAsync(context, status, new JsonObject { ["message"] = message });
    }

    private async Task<bool> SnsAsync(HttpContext context, string[] path)
    {
        if (path is [var name] && name == account.Sns.CertificateName)
        {
            await context.Response.WriteAsync(account.Sns.Certificate, context.RequestAborted);
            return true;
        }

        if (path is not [] || context.Request.Query["Action"] != "ConfirmSubscription")
            return false;
        context.Response.StatusCode = account.Confirm(context.Request.Query["Token"].ToString()) ? 200 : 400;
        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync("<ConfirmSubscriptionResponse/>", context.RequestAborted);
        return true;
    }

    // An address on the account's suppression list is accepted, and the mail is then dropped.
    private async Task SendMailAsync(HttpContext context, JsonObject? mail)
    {
        if (mail?["FromEmailAddress"] is null || mail["Destination"]?["ToAddresses"] is not JsonArray { Count: > 0 }
            || mail["Content"]?["Simple"] is not JsonObject)
        {
            await ErrorAsync(context, 400, "BadRequestException", "The message is incomplete.");
            return;
        }

        account.Mails.Enqueue(mail);
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["MessageId"] = Guid.CreateVersion7(account.Now).ToString("D") });
    }

    private async Task CreateAsync(HttpContext context, JsonObject? body)
    {
        if (body?["EmailAddress"]?.GetValue<string>() is not { } email || !email.Contains('@', StringComparison.Ordinal))
        {
            await ErrorAsync(context, 400, "BadRequestException", "Invalid email address.");
            return;
        }

        if (account.Find(email) is not null)
        {
            await ErrorAsync(context, 400, "AlreadyExistsException", $"Contact with email: {email} already exists in list.");
            return;
        }

        Put(email, body);
        context.Response.StatusCode = 200;
    }

    private async Task ContactAsync(HttpContext context, string email, JsonObject? body)
    {
        if (account.Find(email) is not { } contact)
        {
            await ErrorAsync(context, 404, "NotFoundException", $"{email} doesn't exist in List {AmazonSesSandbox.ContactList}.");
            return;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            var written = Write(contact);
            written["ContactListName"] = AmazonSesSandbox.ContactList;
            written["AttributesData"] = contact.Attributes;
            await SandboxJson.WriteAsync(context, 200, written);
            return;
        }

        Put(contact.Email, body);
        await SandboxJson.WriteAsync(context, 200, new JsonObject());
    }

    // As in the real API, properties that are not sent again are deleted.
    private void Put(string email, JsonObject? body) => account.Put(new AmazonSesContact(
        email,
        body?["UnsubscribeAll"]?.GetValue<bool>() ?? false,
        [.. (body?["TopicPreferences"] as JsonArray ?? []).Where(p => p?["SubscriptionStatus"]?.GetValue<string>() == "OPT_OUT").Select(
            p => p!["TopicName"]!.GetValue<string>())],
        body?["AttributesData"]?.GetValue<string>(),
        account.Now));

    private Task ContactsAsync(HttpContext context, string? token)
    {
        AmazonSesContact[] rest = [.. account.Contacts.Where(c => token is null || string.CompareOrdinal(c.Email, token) > 0)];
        return SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["Contacts"] = new JsonArray([.. rest.Take(PageSize).Select(Write)]),
            ["NextToken"] = rest.Length > PageSize ? rest[PageSize - 1].Email : null,
        });
    }

    private Task SuppressionsAsync(HttpContext context, string token)
    {
        AmazonSesSuppression[] rest = [.. account.Suppressions.Where(c => string.CompareOrdinal(c.Email, token) > 0)];
        var page = new JsonObject { ["SuppressedDestinationSummaries"] = new JsonArray([.. rest.Take(PageSize).Select(Write)]) };
        if (rest.Length > PageSize)
            page["NextToken"] = rest[PageSize - 1].Email;
        return SandboxJson.WriteAsync(context, 200, page);
    }

    private Task SuppressionAsync(HttpContext context, string email) =>
        account.Suppressions.FirstOrDefault(s => s.Email.Equals(email, StringComparison.OrdinalIgnoreCase)) is { } found
            ? SandboxJson.WriteAsync(context, 200, new JsonObject { ["SuppressedDestination"] = Write(found) })
            : NotSuppressedAsync(context);

    private static Task NotSuppressedAsync(HttpContext context) =>
        ErrorAsync(context, 404, "NotFoundException", "Email address does not exist on your suppression list.");

    private static JsonObject Write(AmazonSesContact contact) => new()
    {
        ["EmailAddress"] = contact.Email,
        ["LastUpdatedTimestamp"] = contact.UpdatedAt.ToUnixTimeMilliseconds() / 1000d,
        ["TopicDefaultPreferences"] = new JsonArray(),
        ["TopicPreferences"] = new JsonArray(
            [.. contact.OptedOut.Select(t => new JsonObject { ["TopicName"] = t, ["SubscriptionStatus"] = "OPT_OUT" })]),
        ["UnsubscribeAll"] = contact.UnsubscribeAll,
    };

    private static JsonObject Write(AmazonSesSuppression suppression) => new()
    {
        ["EmailAddress"] = suppression.Email,
        ["Reason"] = suppression.Reason,
        ["LastUpdateTime"] = suppression.UpdatedAt.ToUnixTimeMilliseconds() / 1000d,
    };

    private static JsonObject? Json(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
