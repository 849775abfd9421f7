using System.Text;

namespace OptOut.Emulators.Sandbox.Registers;

/// <summary>The format of one register's list.</summary>
/// <param name="Name">The name in <c>OptOut:Registers:{name}</c>.</param>
/// <param name="Header">The first line; null if there is none.</param>
/// <param name="Encoding">The encoding of the file.</param>
internal sealed record RegisterList(string Name, string? Header, Encoding Encoding)
{
    // A text file of numbers and the day they were registered (https://www.dncm.be/faqs-b2b-en/); the separator is not documented publicly.
    public static readonly RegisterList DoNotCall = new("do-not-call", null, Encoding.UTF8);

    public static readonly RegisterList Robinson = new("robinson", "straat;huisnummer;bus;postcode;gemeente;datum", Encoding.Latin1);

    public static IReadOnlyList<RegisterList> All { get; } = [DoNotCall, Robinson];

    public byte[] ToFile(IEnumerable<string> lines) =>
        Encoding.GetBytes(string.Concat((Header is null ? [] : (string[])[Header]).Concat(lines).Select(line => line + "\r\n")));

    public IEnumerable<KeyValuePair<string, string>> Settings()
    {
        var files = $"OptOut:Registers:{Name}:Files";
        (string, string)[] settings = this == DoNotCall
            ? [("Header", "false"), ("Columns:Phone", "1"), ("Columns:Date", "2")]
            :
            [
                ("Encoding", "iso-8859-1"), ("Columns:Street", "straat"), ("Columns:Number", "huisnummer"),
                ("Columns:Box", "bus"), ("Columns:Postcode", "postcode"),
                ("Columns:City", "gemeente"), ("Columns:Date", "datum"),
            ];
        return settings
            .Concat([("Delimiter", ";"), ("NeedsDigest", "true")])
            .Select(s => KeyValuePair.Create($"{files}:{s.Item1}", s.Item2));
    }
}
