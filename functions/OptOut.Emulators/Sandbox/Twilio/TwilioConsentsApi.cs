using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>
/// <c>POST /v1/Consents/Bulk</c> (https://www.twilio.com/docs/messaging/features/bulk-upsert-consents-api): a form with one <c>Items</c>
/// parameter per consent, as JSON. It answers 201 even if every consent is refused (https://www.twilio.com/docs/api/errors/30646).
/// </summary>
internal sealed class TwilioConsentsApi(TwilioSandbox twilio)
{
    private const int MaxItems = 25, Refused = 30646;

    private static readonly string Credential = "Basic "
        + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TwilioSandbox.AccountSid}:{TwilioSandbox.AuthToken}"));

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (path is not [_, "v1", "Consents", "Bulk"] || !HttpMethods.IsPost(context.Request.Method))
            return false;
        if (context.Request.Headers.Authorization != Credential)
        {
            await twilio.WriteErrorAsync(context, 401, "Authenticate");
            return true;
        }

        var items = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted))["Items"].OfType<string>().ToArray()
            : [];
        if (items.Length is 0 or > MaxItems)
            await twilio.WriteErrorAsync(context, 400, "Items must be a list of 1 to 25 objects");
        else
            await SandboxJson.WriteAsync(context, 201, new JsonObject { ["items"] = new JsonArray([.. items.Select(Put)]) });
        return true;
    }

    private JsonObject Put(string item)
    {
        var consent = Parse(item);
        var (contact, id, sender, status) = (Field("contact_id"), Field("correlation_id"), Field("sender_id"), Field("status"));
        string[] errors =
        [
            .. id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? [] : new[] { "INVALID_CORRELATION_ID" },
            .. sender is TwilioSandbox.Service or TwilioSandbox.Number ? [] : new[] { "INVALID_SENDER_ID" },
            .. contact is ['+', not '0', ..] && contact.Length is > 7 and <= 16 && contact.Skip(1).All(char.IsAsciiDigit)
                ? []
                : new[] { "INVALID_CONTACT_ID" },
            .. status is "opt-in" or "opt-out" ? [] : new[] { "INVALID_STATUS" },
            .. Field("source") is "website" or "offline" or "opt-in-message" or "opt-out-message" or "others"
                ? []
                : new[] { "INVALID_SOURCE" },
            .. twilio.RefusedContacts.TryGetValue(contact, out var refusal) ? [refusal] : Array.Empty<string>(),
        ];
        if (errors.Length == 0 && status == "opt-out")
            twilio.Block(contact, sender, "api");
        else if (errors.Length == 0)
            twilio.Unblock(contact, sender);
        return new JsonObject
        {
            ["correlation_id"] = id,
            ["error_code"] = errors.Length == 0 ? 0 : Refused,
            ["error_messages"] = new JsonArray([.. errors.Select(e => JsonValue.Create(e))]),
        };

        string Field(string name) => consent?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
    }

    private static JsonObject? Parse(string item)
    {
        try
        {
            return JsonNode.Parse(item) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
