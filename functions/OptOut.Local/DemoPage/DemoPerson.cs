using System.Globalization;
using OptOut.Company;

namespace OptOut.Local.DemoPage;

/// <summary>A fictional person who gets marketing. No real message is sent: the vendors are emulated by the sandbox.
/// Public because Razor components are public.</summary>
/// <param name="Key">Short and stable; part of this page's addresses.</param>
/// <param name="Generation">Which set of people this person belongs to. A Stop is final, so starting over creates new people.</param>
public sealed record DemoPerson(string Key, string Name, Language Language, string Email, string? Phone, string? Postal, int Generation)
{
    internal string FirstName => Name.Split(' ')[0];

    /// <summary>The company's own number for this person.</summary>
    internal string CustomerNumber => NumberOf(Key, Generation);

    internal static string NumberOf(string key, int generation) => string.Create(CultureInfo.InvariantCulture, $"demo-{generation}-{key}");

    internal static IReadOnlyList<DemoPerson> All(int generation)
    {
        var box = generation.ToString(CultureInfo.InvariantCulture);
        var two = (generation % 100).ToString("D2", CultureInfo.InvariantCulture);
        var mark = generation == 1 ? "" : "." + box;
        return
        [
            new(
                "lotte",
                "Lotte Peeters",
                Language.Find("nl")!,
                $"lotte.peeters{mark}@example.com",
                $"+32 470 12 34 {two}",
                $"Voorbeeldstraat 1 bus {box}, 9999 Voorbeeldgem",
                generation),
            new(
                "amelie",
                "Amélie Dubois",
                Language.Find("fr")!,
                $"amelie.dubois{mark}@example.com",
                $"+32 470 12 35 {two}",
                null,
                generation),
            new(
                "jonas",
                "Jonas Weber",
                Language.Find("de")!,
                $"jonas.weber{mark}@example.com",
                $"+49 176 040690 {two}",
                $"Musterstraße 7, Whg. {box}, 4999 Musterdorf",
                generation),
            new(
                "orla",
                "Orla O'Brien",
                Language.Find("en")!,
                $"orla.obrien{mark}@example.com",
                null,
                $"Flat {box}, 1 Example Street, Exampleton EX1 1EX",
                generation),
        ];
    }
}
