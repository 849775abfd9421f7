using System.Text;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>
/// What may be kept of a vendor's error text. It quotes what it was sent, so everything in quotes, everything that looks like an
/// address or a phone number and everything we sent that is personal goes; what is left tells an engineer enough.
/// </summary>
internal static class VendorReason
{
    private const int MaxLength = 200;

    // Shorter than this it names nobody, and cutting out every "a" would leave nothing to read.
    private const int MinPersonal = 3;

    // A status or an error number has fewer digits in a row, a phone number has not.
    private const int MaxDigits = 7;

    private const string Removed = "[...]";

    /// <param name="text">The vendor's own words.</param>
    /// <param name="personal">What the call held that no reason may hold.</param>
    public static string Clean(string text, IEnumerable<string> personal)
    {
        foreach (var secret in personal.Where(p => p.Length >= MinPersonal))
            text = text.Replace(secret, Removed, StringComparison.OrdinalIgnoreCase);

        // Apostrophes are not quotes to cut at: they stand in the middle of words.
        var parts = text.Split('"', '`', '\u201c', '\u201d');
        var unquoted = string.Join(' ', parts.Select((part, i) => i % 2 == 0 ? part : Removed));
        var words = unquoted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => IsPersonal(w) ? Removed : w);

        var clean = new StringBuilder();
        foreach (var c in string.Join(' ', words).Where(c => c is >= ' ' and <= '~').Take(MaxLength))
            clean.Append(c);
        return clean.ToString().Trim();
    }

    /// <summary>An e-mail address as a vendor may quote it: whole, as a URL writes it, and without its domain.</summary>
    public static string[] Personal(Identifier email) => [email.Value, Uri.EscapeDataString(email.Value), email.Value[..email.Value.LastIndexOf('@')]];

    private static bool IsPersonal(string word) =>
        word.Contains('@', StringComparison.Ordinal) || word.Contains("%40", StringComparison.Ordinal) || word.Count(char.IsAsciiDigit) > MaxDigits;
}
