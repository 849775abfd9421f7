using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Mailgun;

/// <summary>
/// The suppression lists of Mailgun's API, with its status codes, limits, paging and messages:
/// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/unsubscribe.
/// </summary>
internal sealed class MailgunEndpoints(MailgunSandbox account)
{
    private const int DefaultLimit = 100, MaxLimit = 1000, MaxRecords = 1000;

    private static readonly string Authorization = "Basic "
        + Convert.ToBase64String(Encoding.ASCII.GetBytes($"api:{MailgunSandbox.ApiKey}"));

    public async Task<bool> TryAnswerAsync(HttpContext context, string[] path)
    {
        if (path is not [_, "v3", var domain, "unsubscribes" or "complaints" or "bounces", ..])
            return false;
        if (context.Request.Headers.Authorization != Authorization)
        {
            await MessageAsync(context, 401, "Invalid private key");
            return true;
        }

        if (domain != MailgunSandbox.Domain)
        {
            await MessageAsync(context, 404, $"Domain not found: {domain}");
            return true;
        }

        switch (context.Request.Method, path[3..])
        {
            case ("GET", [var list]):
                await PageAsync(context, list);
                return true;
            case ("POST", ["unsubscribes"]):
                await AddAsync(context);
                return true;
            case ("DELETE", [var list, var address]):
                await RemoveAsync(context, list, address);
                return true;
            default:
                return false;
        }
    }

    public static Task MessageAsync(HttpContext context, int status, string message) =>
        SandboxJson.WriteAsync(context, status, new JsonObject { ["message"] = message });

    private Task RemoveAsync(HttpContext context, string list, string address) => account.Remove(list, address)
        ? SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["message"] = list == "unsubscribes" ? "Unsubscribe event has been removed" : "Spam complaint has been removed",
            ["address"] = address,
        })
        : MessageAsync(
            context,
            404,
            list == "unsubscribes" ? "Address not found in unsubscribers table" : "No spam complaints found for this address");

    // Accepts only a JSON array of records. Mailgun's form encoding of a single record is equivalent.
    private async Task AddAsync(HttpContext context)
    {
        JsonArray? records = null;
        try
        {
            records = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonArray;
        }
        catch (JsonException)
        {
            // Reported below.
        }

        if (records is not { Count: > 0 and <= MaxRecords })
        {
            await MessageAsync(context, 400, "Invalid JSON, or more than 1000 records");
            return;
        }

        foreach (var record in records)
        {
            if (record?["address"]?.GetValue<string>() is not { } address || !address.Contains('@', StringComparison.Ordinal))
            {
                await MessageAsync(context, 400, $"Invalid format for parameter address: {record?["address"]}");
                return;
            }
        }

        foreach (var record in records)
        {
            var tags = record!["tags"] is JsonArray { Count: > 0 } given ? given.Select(t => t!.GetValue<string>()) : ["*"];
            account.Add(new MailgunEntry("unsubscribes", record["address"]!.GetValue<string>(), account.Now, [.. tags]));
        }

        await MessageAsync(
            context,
            200,
            string.Create(CultureInfo.InvariantCulture, $"{records.Count} addresses have been added to the unsubscribes table"));
    }

    // A page starts after an address, and there is always a next page.
    private Task PageAsync(HttpContext context, string list)
    {
        var query = context.Request.Query;
        var limit = query["limit"].ToString() is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
            : DefaultLimit;
        if (limit is < 1 or > MaxLimit)
            return MessageAsync(context, 400, "Parameter 'limit' is out of range");

        var pivot = query["page"] == "next" ? query["address"].ToString() : "";
        MailgunEntry[] page = [.. account.On(list).Where(e => string.CompareOrdinal(e.Address, pivot) > 0).Take(limit)];
        return SandboxJson.WriteAsync(context, 200, new JsonObject
        {
            ["items"] = new JsonArray([.. page.Select(Write)]),
            ["paging"] = new JsonObject
            {
                ["first"] = Url(context, list, limit, "first", ""),
                ["next"] = Url(context, list, limit, "next", page is [.., var last] ? last.Address : pivot),
                ["previous"] = Url(context, list, limit, "previous", page is [var first, ..] ? first.Address : pivot),
                ["last"] = Url(context, list, limit, "last", ""),
            },
        });
    }

    private static JsonObject Write(MailgunEntry entry)
    {
        var item = new JsonObject
        {
            ["address"] = entry.Address,
            ["created_at"] = entry.CreatedAt.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        };
        if (entry.List == "unsubscribes")
            item["tags"] = new JsonArray([.. entry.Tags.Select(t => JsonValue.Create(t))]);
        if (entry.List == "bounces")
            (item["code"], item["error"]) = ("550", "No such mailbox");
        return item;
    }

    private static string Url(HttpContext context, string list, int limit, string page, string address) => string.Create(
        CultureInfo.InvariantCulture,
        $"{context.Request.Scheme}://{context.Request.Host}/mailgun/v3/{MailgunSandbox.Domain}/{list}"
        + $"?page={page}&address={Uri.EscapeDataString(address)}&limit={limit}");
}
