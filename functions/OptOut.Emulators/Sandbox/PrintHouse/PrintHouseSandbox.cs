using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.PrintHouse;

/// <param name="At">When the person notified the print house, or when the post was returned.</param>
/// <param name="Reason"><c>refused</c> or <c>returned</c>.</param>
internal sealed record PrintHouseEntry(string Address, DateTimeOffset At, string Reason);

/// <summary>
/// Emulates a print house: before a run it fetches the manifest, the file it names and the deltas, and sends no post to anyone on them or
/// to anyone who told the print house to stop. It returns its own list as a file. It has no API: it exchanges files through the storage.
/// </summary>
internal sealed class PrintHouseSandbox(SandboxSetup setup) : SandboxVendor
{
    private readonly Lock _gate = new();
    private readonly List<PrintHouseEntry> _own = [];

    public override string Name => "print-house";

    public IReadOnlyList<PrintHouseEntry> OwnEntries
    {
        get
        {
            lock (_gate)
                return [.. _own];
        }
    }

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OptOut:PrintHouse:Enabled"] = "true",
        ["OptOut:PrintHouse:Files:Columns:Address"] = "address",
        ["OptOut:PrintHouse:Files:Columns:Date"] = "date",
        ["OptOut:PrintHouse:Files:Columns:Reason"] = "reason",
        ["OptOut:PrintHouse:Files:DateFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ",
        ["OptOut:PrintHouse:Files:NeedsDigest"] = "true",
        ["OptOut:PrintHouse:ReturnedReasons:0"] = "returned",
    };

    /// <summary>The addresses that get no letter according to our files alone, as written in them, and what is stopped for each.</summary>
    /// <exception cref="InvalidDataException">A file does not match the manifest. A print house that ignored this would write to people
    /// who objected.</exception>
    public IReadOnlyDictionary<string, string> Suppressed() => setup.Storage is { } storage
        ? new PrintHouseReader(Container(storage, "suppressions")).Read(Name)
        : new Dictionary<string, string>();

    /// <summary>
    /// Simulates a person who notifies the print house, or returned post. The print house then uploads its complete list again.
    /// </summary>
    public async Task AddAsync(PrintHouseEntry entry, CancellationToken cancellationToken)
    {
        string[] lines;
        lock (_gate)
        {
            _own.Add(entry);
            lines = ["address,date,reason", .. _own.Select(e =>
                $"\"{e.Address.Replace("\"", "\"\"", StringComparison.Ordinal)}\","
                + $"{e.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)},{e.Reason}"),
                ];
        }

        if (setup.Storage is not { } storage)
            return;
        var bytes = BinaryData.FromString(string.Join("\r\n", lines) + "\r\n");
        var container = Container(storage, "vendor-lists");
        var file = $"{Name}/list-{setup.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}.csv";
        await container.GetBlobClient(file).UploadAsync(bytes, overwrite: true, cancellationToken);
        await container.GetBlobClient(file + ".sha256").UploadAsync(
            BinaryData.FromString(Convert.ToHexStringLower(SHA256.HashData(bytes)) + "  list.csv\n"), overwrite: true, cancellationToken);
    }

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => Task.FromResult(false);

    // {"address":"Kerkstraat 1, 9000 Gent","reason":"refused"}
    public override async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if ((context.Request.Method, control) is not ("POST", "tell"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        var reason = body?["reason"]?.GetValue<string>() ?? "refused";
        if (body?["address"]?.GetValue<string>() is not { Length: > 0 } address || reason is not ("refused" or "returned"))
        {
            await SandboxJson.ErrorAsync(context, 400, "give an address, and a reason of refused or returned");
            return true;
        }

        await AddAsync(new PrintHouseEntry(address, setup.Time.GetUtcNow(), reason), context.RequestAborted);
        context.Response.StatusCode = 204;
        return true;
    }

    /// <summary>The error format of Azure Storage (https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2).</summary>
    public override Task WriteErrorAsync(HttpContext context, int status, string message)
    {
        var code = status switch
        {
            400 => "InvalidHeaderValue",
            401 => "NoAuthenticationInformation",
            403 => "AuthorizationPermissionMismatch",
            429 or 503 => "ServerBusy",
            _ => "InternalError",
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        context.Response.Headers["x-ms-error-code"] = code;
        return context.Response.WriteAsync(
            "<?xml version=\"1.0\" "
                + $"encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>",
            context.RequestAborted);
    }

    public override JsonNode Describe()
    {
        var description = new JsonObject
        {
            ["told"] = new JsonArray(
                [.. OwnEntries.Select(e => new JsonObject { ["address"] = e.Address, ["at"] = e.At, ["reason"] = e.Reason })]),
        };
        try
        {
            description["suppressions"] = new JsonArray(
                [.. Suppressed().Where(s => s.Value != "-").Select(s => new JsonObject { ["address"] = s.Key, ["stopped"] = s.Value })]);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or InvalidDataException)
        {
            description["problem"] = $"The files cannot be read ({e.GetType().Name}), so nothing is printed.";
        }

        return description;
    }

    private static BlobContainerClient Container(string storage, string name) =>
        new(
            storage,
            name,
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)
            {
                Retry = { MaxRetries = 1, NetworkTimeout = TimeSpan.FromSeconds(5) },
            });
}
