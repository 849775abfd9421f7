using System.Buffers;
using System.Globalization;
using System.Text;

namespace OptOut.Identity;

/// <summary>The controller's own number for a person, as given in the URL or the body of a call.</summary>
internal static class CustomerNumber
{
    // Table Storage and URLs allow more; anything longer is not a customer number.
    private const int MaxLength = 200;

    private const string EncodedSlash = "%2F";

    private static readonly SearchValues<char> PhoneCharacters = SearchValues.Create("0123456789+()/.- ");

    // As in a telephone number without its country code: more digits than a date, and no more than E.164 allows.
    private const int MinPhoneDigits = 9, MaxPhoneDigits = 15, MinInternationalDigits = 7;

    /// <summary>
    /// Reads the number from a route value, in which only a slash is still escaped. The other calls take the number in their body,
    /// unescaped.
    /// </summary>
    public static string FromRoute(string id) => id.Replace(EncodedSlash, "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The normal form: visible characters only, trimmed, NFC. Upper and lower case stay different.</summary>
    public static string Normalize(string id) => VisibleText.Normalized(VisibleText.Of(id).Trim(), NormalizationForm.FormC);

    /// <summary>Describes what is wrong with the number, without repeating it; null if nothing is.</summary>
    public static string? FindProblem(string id)
    {
        var number = Normalize(id);
        if (number.Length == 0)
            return "It is empty; give the customer number.";
        if (number.Length > MaxLength)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"The customer number has {number.Length} characters; the maximum is {MaxLength}.");
        }

        if (id.Contains(VisibleText.Noncharacter, StringComparison.Ordinal))
            return "It contains U+FFFE, which is not a character; give the customer number as it is in your system.";

        // The same text in a URL means a slash, so these would be two subjects for one person.
        if (number.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase))
            return "It is percent-encoded; give the customer number itself. Only a path is percent-encoded, and once.";
        return IsPersonal(number)
            ? "It is an e-mail address or a telephone number, and the customer number is part of URLs, which end up in logs. "
                + "Give your own number for the person, and the address or telephone number in identifiers."
            : null;
    }

    // Also when it is encoded once too often: the URL then still contains the address.
    private static bool IsPersonal(string number)
    {
        var plain = VisibleText.Normalized(number, NormalizationForm.FormKC);
        var decoded = VisibleText.Normalized(Uri.UnescapeDataString(Uri.UnescapeDataString(plain)), NormalizationForm.FormKC);
        return plain.Contains('@', StringComparison.Ordinal)
            || decoded.Contains('@', StringComparison.Ordinal)
            || IsPhoneNumber(decoded);
    }

    // A number of digits alone is nearly always a customer number. One with a plus sign, or with the spaces or full stops that a telephone
    // number is written with, is not.
    private static bool IsPhoneNumber(string text)
    {
        var written = text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan("tel:".Length) : text;
        if (written.ContainsAnyExcept(PhoneCharacters))
            return false;
        var digits = text.Count(char.IsAsciiDigit);
        return written.TrimStart("( ").StartsWith('+') || written.Length < text.Length
            ? digits is >= MinInternationalDigits and <= MaxPhoneDigits
            : written.TrimStart('(').StartsWith('0') && written.ContainsAny(' ', '.') && digits is >= MinPhoneDigits and <= MaxPhoneDigits;
    }
}
