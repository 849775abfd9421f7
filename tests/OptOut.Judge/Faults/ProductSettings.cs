using System.Globalization;
using System.Net.Http.Json;

namespace OptOut.Judge.Faults;

/// <summary>The settings of the functions that differ from those of a development machine.</summary>
internal static class ProductSettings
{
    /// <summary>The shortest time between two confirmations to one person: what the judge waits for in the end.</summary>
    public static readonly TimeSpan ConfirmationInterval = TimeSpan.FromSeconds(60);

    /// <summary>The longest that a message waits for a vendor, jitter included.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private const string Many = "1000000";

    /// <param name="ports">Where everything listens; the vendors must answer already.</param>
    /// <param name="vendorProxy">The instance's own way to the vendors.</param>
    public static async Task<IReadOnlyDictionary<string, string>> ForAsync(SystemPorts ports, int vendorProxy)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var vendors = (await http.GetFromJsonAsync<Dictionary<string, string>>(
            FormattableString.Invariant($"http://127.0.0.1:{ports.Vendors}/sandbox/settings")))!;
        var direct = FormattableString.Invariant($"http://127.0.0.1:{ports.Vendors}/");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OptOut:Links:BaseUrl"] = FormattableString.Invariant($"http://127.0.0.1:{ports.Functions}"),
            // A run must not last as long as a real outage may.
            ["OptOut:FanOut:FirstRetry"] = "00:00:00.5",
            ["OptOut:FanOut:LongestRetry"] = Text(LongestRetry * 0.8),
            ["OptOut:FanOut:MaxAttempts"] = "1000",
            ["OptOut:Confirmation:Interval"] = Text(ConfirmationInterval),
            ["OptOut:Confirmation:StrangersPerHour"] = Many,
            // One machine plays everybody.
            ["OptOut:Limits:PublicStop:Client:Count"] = Many,
            ["OptOut:Limits:PublicStop:Identifier:Count"] = Many,
            ["OptOut:Limits:LinkMail:Client:Count"] = Many,
            ["OptOut:Limits:LinkMail:Identifier:Count"] = Many,
            ["OptOut:Limits:CodeGuess:Client:Count"] = Many,
        };
        // Not the address that a webhook names itself: it is compared, and the sandbox knows only its own.
        foreach (var (name, value) in vendors
            .Where(v => v.Value.StartsWith(direct, StringComparison.Ordinal) && !v.Key.EndsWith(":SnsSandbox", StringComparison.Ordinal)))
            settings[name] = FormattableString.Invariant($"http://127.0.0.1:{vendorProxy}/") + value[direct.Length..];
        settings = settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        // Processes that start every few seconds are not worth optimising.
        settings["DOTNET_TieredPGO"] = "0";
        return settings;
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);
}
