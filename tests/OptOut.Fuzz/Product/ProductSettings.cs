using OptOut.Messaging;

namespace OptOut.Fuzz.Product;

/// <summary>The settings of a fictional company with every vendor.</summary>
internal static class ProductSettings
{
    public static Dictionary<string, string?> Create(SigningVendors vendors)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [Topology.Connection] = "in memory",
            ["OptOut:Storage:ConnectionString"] = MemoryStorage.ConnectionString,
            ["OptOut:Controller:Name"] = "De Kruidtuin",
            ["OptOut:Controller:PrivacyAddress"] = "privacy@kruidtuin.example",
            ["OptOut:Controller:PrivacyStatement"] = "https://www.kruidtuin.example/privacy",
            ["OptOut:Controller:DefaultLanguage"] = "en",
            ["OptOut:Data:HashSecret"] = Secret('H'),
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = Secret('D'),
            ["OptOut:Links:BaseUrl"] = "https://optout.kruidtuin.example",
            ["OptOut:Links:MailtoHost"] = "optout.kruidtuin.example",
            ["OptOut:Links:Keys:0:Id"] = "7",
            ["OptOut:Links:Keys:0:Secret"] = Secret('L'),
            ["OptOut:Links:Keys:0:Use"] = "Sign",
            ["OptOut:Mailto:NoticesPerHour"] = "1000",
            ["OptOut:SendGrid:Groups:newsletter"] = "101",
            ["OptOut:SendGrid:Groups:offers"] = "102",
            ["OptOut:SendGrid:From:Address"] = "optout@kruidtuin.example",
            ["OptOut:SendGrid:From:Name"] = "De Kruidtuin",
        };
        foreach (var (i, topic) in new[] { "newsletter", "offers" }.Index())
        {
            settings[FormattableString.Invariant($"OptOut:Catalogue:Topics:{i}:Id")] = FormattableString.Invariant($"{i + 1}");
            settings[FormattableString.Invariant($"OptOut:Catalogue:Topics:{i}:Name")] = topic;
            settings[FormattableString.Invariant($"OptOut:Catalogue:Topics:{i}:Titles:nl")] = topic;
            settings[FormattableString.Invariant($"OptOut:Catalogue:Topics:{i}:Titles:en")] = topic;
        }

        // No input may be refused because there were many before it.
        foreach (var limit in (string[])["PublicStop:Client", "PublicStop:Identifier", "LinkMail:Client", "LinkMail:Identifier",
            "CodeGuess:Client", "CodeGuess:Everyone"])
            (settings[$"OptOut:Limits:{limit}:Count"], settings[$"OptOut:Limits:{limit}:Window"]) = ("1000000", "00:00:01");
        foreach (var (name, value) in vendors.Settings)
            settings[name] = value;
        return settings;
    }

    private static string Secret(char letter) => Convert.ToBase64String(Enumerable.Repeat((byte)letter, 32).ToArray());
}
