using System.Globalization;
using System.Text.Json;

namespace OptOut.Judge;

/// <summary>A list of a vendor: a contact point must be on it exactly when every one of these questions is stopped for it.</summary>
internal sealed record VendorList(string Vendor, string Name, string Kind, IReadOnlyList<Cell> Cells);

/// <summary>
/// The vendors' lists. A vendor that cannot hold topics has one list, for those who stopped everything that it sends; for the others
/// <c>GET /api/check</c> answers.
/// </summary>
internal static class VendorLists
{
    private const string TwilioService = "MG00000000000000000000000000000000", TwilioNumber = "+32460000001";

    // The topics' groups in the settings of one machine.
    private static readonly Dictionary<string, int> SendGridGroups =
        new(StringComparer.Ordinal) { ["newsletter"] = 101, ["offers"] = 102, ["events"] = 103 };

    public static IReadOnlyList<VendorList> All { get; } =
    [
        new("sendgrid", "global", Contact.Email, Cell.On("email")),
        .. Cell.Topics.Select(t => new VendorList("sendgrid", Group(SendGridGroups[t]), Contact.Email, [new Cell("email", t)])),
        new("postmark", "broadcast", Contact.Email, Cell.On("email")),
        new("mailgun", "unsubscribes", Contact.Email, Cell.On("email")),
        new("amazon-ses", "contacts", Contact.Email, Cell.On("email")),
        new("crm", "everything", Contact.Email, Cell.On("email")),
        .. Cell.Topics.Select(t => new VendorList("crm", $"topic {t}", Contact.Email, [new Cell("email", t)])),
        new("twilio", TwilioService, Contact.Phone, Cell.On("sms")),
        new("twilio", TwilioNumber, Contact.Phone, Cell.On("sms")),
        new("dialler", "do-not-call", Contact.Phone, Cell.On("phone")),
        .. Cell.On("post").Select(c => new VendorList("print-house", PrintHouse(c.Topic), Contact.Postal, [c])),
    ];

    /// <summary>Reads <c>GET /sandbox/state</c>.</summary>
    public static IReadOnlyList<VendorEntry> Read(JsonElement state)
    {
        var entries = new List<VendorEntry>();
        Emails("sendgrid", "global", _ => "global");
        Emails("sendgrid", "groupEntries", e => Group(e.GetProperty("group").GetInt32()));
        Emails("postmark", "broadcast", _ => "broadcast");
        Emails("mailgun", "unsubscribes", _ => "unsubscribes");
        Emails("amazon-ses", "contacts", e => e.GetProperty("unsubscribeAll").GetBoolean() ? "contacts" : null);
        Add("crm", "suppressions", "identifier", Contact.Email, Topic);
        Add("twilio", "blocks", "contact", Contact.Phone, e => e.GetProperty("sender").GetString());
        Add("dialler", "do-not-call", "number", Contact.Phone, _ => "do-not-call");
        foreach (var line in List("print-house", "suppressions"))
        {
            var (address, stopped) = (line.GetProperty("address").GetString()!, line.GetProperty("stopped").GetString()!);
            entries.AddRange(Cell.On("post").Where(c => Answering.Holds(stopped, c.Topic)).Select(
                c => new VendorEntry("print-house", PrintHouse(c.Topic), new Contact(Contact.Postal, address))));
        }

        return entries;

        static string Topic(JsonElement entry) => entry.GetProperty("topic").GetString() is { } topic ? $"topic {topic}" : "everything";

        void Emails(string vendor, string list, Func<JsonElement, string?> name) => Add(vendor, list, "email", Contact.Email, name);

        void Add(string vendor, string list, string property, string kind, Func<JsonElement, string?> name)
        {
            foreach (var entry in List(vendor, list))
            {
                if (name(entry) is { } known)
                    entries.Add(new VendorEntry(vendor, known, new Contact(kind, entry.GetProperty(property).GetString()!)));
            }
        }

        JsonElement.ArrayEnumerator List(string vendor, string list) => state.GetProperty(vendor).GetProperty(list).EnumerateArray();
    }

    private static string Group(int id) => string.Create(CultureInfo.InvariantCulture, $"group {id}");

    private static string PrintHouse(string topic) => topic.Length == 0 ? "letters in general" : $"letters about {topic}";
}
