using OptOut.Emulators.Sandbox;
using OptOut.Messaging;

namespace OptOut.Tests;

/// <summary>The settings of a fictional company. Its secrets are fixed, so tests can contain the expected signatures and hashes.</summary>
internal static class OptOutSettings
{
    public static readonly string LinkSecret = Secret('L'),
        OldLinkSecret = Secret('O'),
        LeakedLinkSecret = Secret('X'),
        HashSecret = Secret('H'),
        DataSecret = Secret('D');

    public static IReadOnlyDictionary<int, string> SendGridGroups { get; } =
        new Dictionary<int, string> { [101] = "Newsletter", [102] = "Offers" };

    /// <param name="vendors">The names of the sandbox's vendors to connect besides SendGrid; null for none.</param>
    public static Dictionary<string, string?> Create(
        string storage, string bus, VendorSandbox sandbox, IReadOnlyCollection<string>? vendors = null)
    {
        var settings = Company(storage, bus);
        foreach (var (name, value) in sandbox.Settings(["sendgrid", .. vendors ?? []]))
            settings[name] = value;
        // Tests run these timers themselves. On their schedule they would change what a test sees, at some hours of the day.
        string[] timers =
            ["AnchorLedgers", "BackUp", "CountDeadLetters", "Reconcile", "VerifyLedgers", "WriteStatistics", "WriteSuppressions"];
        foreach (var timer in timers)
            settings[$"AzureWebJobs.{timer}.Disabled"] = "true";
        return settings;
    }

    internal static Dictionary<string, string?> Company(string storage, string bus) => new(StringComparer.OrdinalIgnoreCase)
    {
        [Topology.Connection] = bus,
        ["OptOut:Storage:ConnectionString"] = storage,
        ["OptOut:Controller:Name"] = "De Kruidtuin",
        ["OptOut:Controller:PrivacyAddress"] = "privacy@kruidtuin.example",
        ["OptOut:Controller:PrivacyStatement"] = "https://www.kruidtuin.example/privacy",
        ["OptOut:Controller:DefaultLanguage"] = "en",
        ["OptOut:Data:HashSecret"] = HashSecret,
        ["OptOut:Data:Keys:0:Id"] = "1",
        ["OptOut:Data:Keys:0:Secret"] = DataSecret,
        ["OptOut:Links:BaseUrl"] = "https://optout.kruidtuin.example",
        ["OptOut:Links:MailtoHost"] = "optout.kruidtuin.example",
        ["OptOut:Links:Keys:0:Id"] = "7",
        ["OptOut:Links:Keys:0:Secret"] = LinkSecret,
        ["OptOut:Links:Keys:0:Use"] = "Sign",
        ["OptOut:Links:Keys:1:Id"] = "6",
        ["OptOut:Links:Keys:1:Secret"] = OldLinkSecret,
        ["OptOut:Links:Keys:1:Use"] = "Verify",
        ["OptOut:Links:Keys:2:Id"] = "5",
        ["OptOut:Links:Keys:2:Secret"] = LeakedLinkSecret,
        ["OptOut:Links:Keys:2:Use"] = "Revoked",
        ["OptOut:Catalogue:Topics:0:Id"] = "1",
        ["OptOut:Catalogue:Topics:0:Name"] = "newsletter",
        ["OptOut:Catalogue:Topics:0:Titles:nl"] = "Nieuwsbrief",
        ["OptOut:Catalogue:Topics:0:Titles:en"] = "Newsletter",
        ["OptOut:Catalogue:Topics:1:Id"] = "2",
        ["OptOut:Catalogue:Topics:1:Name"] = "offers",
        ["OptOut:Catalogue:Topics:1:Titles:nl"] = "Aanbiedingen",
        ["OptOut:Catalogue:Topics:1:Titles:en"] = "Offers",
        ["OptOut:FanOut:FirstRetry"] = "00:00:00.2",
        ["OptOut:Confirmation:StrangersPerHour"] = "10000",
        ["OptOut:SendGrid:Groups:newsletter"] = "101",
        ["OptOut:SendGrid:Groups:offers"] = "102",
        ["OptOut:SendGrid:From:Address"] = "optout@kruidtuin.example",
        ["OptOut:SendGrid:From:Name"] = "De Kruidtuin",
    };

    private static string Secret(char letter) => Convert.ToBase64String(Enumerable.Repeat((byte)letter, 32).ToArray());
}
