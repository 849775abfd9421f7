using System.Globalization;
using Microsoft.Extensions.Configuration;
using OptOut.Messaging;

namespace OptOut.Local.Composition;

/// <summary>The app settings on this machine: those that the templates set on the function app in Azure, for a fictional company.</summary>
internal static class LocalSettings
{
    /// <summary>The unsubscribe groups of the sandbox's SendGrid, one per topic.</summary>
    public static IReadOnlyDictionary<int, string> SendGridGroups { get; } =
        new Dictionary<int, string> { [101] = "Newsletter", [102] = "Offers", [103] = "Events" };

    /// <param name="keys">This installation's secrets.</param>
    /// <param name="baseUrl">Where the functions listen.</param>
    /// <param name="storage">A storage connection string.</param>
    /// <param name="bus">A Service Bus connection string.</param>
    /// <param name="vendors">The settings that connect the vendors of the sandbox.</param>
    public static IConfiguration Build(LocalKeys keys, Uri baseUrl, string storage, string bus, IReadOnlyDictionary<string, string> vendors)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [Topology.Connection] = bus,
            ["OptOut:Storage:ConnectionString"] = storage,
            ["OptOut:Controller:Name"] = "De Kruidtuin",
            ["OptOut:Controller:PrivacyAddress"] = "privacy@kruidtuin.example",
            ["OptOut:Controller:PrivacyStatement"] = "https://www.kruidtuin.example/privacy",
            ["OptOut:Controller:Authority:Name"] = "GBA/APD",
            ["OptOut:Controller:Authority:Url"] = "https://www.gegevensbeschermingsautoriteit.be",
            ["OptOut:Controller:DefaultLanguage"] = "nl",
            ["OptOut:Data:HashSecret"] = keys.HashSecret,
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = keys.DataSecret,
            ["OptOut:Links:BaseUrl"] = baseUrl.ToString(),
            ["OptOut:Links:MailtoHost"] = "optout.kruidtuin.example",
            ["OptOut:Links:Keys:0:Id"] = "1",
            ["OptOut:Links:Keys:0:Secret"] = keys.LinkSecret,
            ["OptOut:Links:Keys:0:Use"] = "Sign",
            ["OptOut:FanOut:FirstRetry"] = "00:00:01",
            ["OptOut:SendGrid:From:Address"] = "optout@kruidtuin.example",
            ["OptOut:SendGrid:From:Name"] = "De Kruidtuin",
        };
        foreach (var (name, value) in vendors)
            settings[name] = value;

        Topic(0, "newsletter", 101, "Nieuwsbrief", "Lettre d'information", "Newsletter", "Newsletter");
        Topic(1, "offers", 102, "Aanbiedingen", "Offres", "Angebote", "Offers");
        Topic(2, "events", 103, "Evenementen", "Événements", "Veranstaltungen", "Events");

        // Environment variables come last, so that you can try another setting: OptOut__FanOut__FirstRetry=00:00:30 dotnet run ...
        return new ConfigurationBuilder().AddInMemoryCollection(settings).AddEnvironmentVariables().Build();

        void Topic(int index, string name, int group, string nl, string fr, string de, string en)
        {
            var topic = string.Create(CultureInfo.InvariantCulture, $"OptOut:Catalogue:Topics:{index}");
            settings[$"{topic}:Id"] = (index + 1).ToString(CultureInfo.InvariantCulture);
            settings[$"{topic}:Name"] = name;
            settings[$"{topic}:Titles:nl"] = nl;
            settings[$"{topic}:Titles:fr"] = fr;
            settings[$"{topic}:Titles:de"] = de;
            settings[$"{topic}:Titles:en"] = en;
            settings[$"OptOut:SendGrid:Groups:{name}"] = group.ToString(CultureInfo.InvariantCulture);
        }
    }
}
