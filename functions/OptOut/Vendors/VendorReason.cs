using System.Text;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>
/// Removes personal data from a vendor's error text. Vendors quote what they were sent, so everything in quotes, everything that looks
/// like an address or a phone number and everything personal that we sent is removed. What is left is enough for an engineer.
/// </summary>
internal static class VendorReason
{
    private const int MaxLength = 200;

    // A shorter value identifies nobody, and removing every "a" would make the text unreadable.
    private const int MinPersonal = 3;

    // A status or an error number has at most this many digits; a phone number has more.
    private const int MaxDigits = 7;

    private const string Removed = "[...]";

    /// <param name="text">The vendor's error text.</param>
    /// <param name="personal">Values from the call that no reason may contain.</param>
    public static string Clean(string text, IEnumerable<string> personal)
    {
        foreach (var secret in personal.Where(p => p.Length >= MinPersonal))
            text = text.Replace(secret, Removed, StringComparison.OrdinalIgnoreCase);

        // Apostrophes are not treated as quotes: they occur within words.
        var parts = text.Split('"', '`', '\u201c', '\u201d');
        var unquoted = string.Join(' ', parts.Select((part, i) => i % 2 == 0 ? part : Removed));
        var words = unquoted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => IsPersonal(w) ? Removed : w);

        var clean = new StringBuilder();
        foreach (var c in string.Join(' ', words).Where(c => c is >= ' ' and <= '~').Take(MaxLength))
            clean.Append(c);
        return clean.ToString().Trim();
    }

    /// <summary>The forms in which a vendor may quote an e-mail address: in full, URL-encoded, and without its domain.</summary>
    public static string[] FormsOf(Identifier email) =>
        [email.Value, Uri.EscapeDataString(email.Value), email.Value[..email.Value.LastIndexOf('@')]];

    private static bool IsPersonal(string word) =>
        word.Contains('@', StringComparison.Ordinal)
        || word.Contains("%40", StringComparison.Ordinal)
        || word.Count(char.IsAsciiDigit) > MaxDigits;
}
