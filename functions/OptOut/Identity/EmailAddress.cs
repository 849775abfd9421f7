using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OptOut.Identity;

/// <summary>
/// The normal form of an e-mail address: visible characters only, trimmed, NFC, lower case, its domain in ASCII (IDNA). Dots and plus tags
/// are kept: most providers treat them as significant, and a Stop must not extend to an address that the person did not give.
/// </summary>
/// <remarks>
/// Full-width letters, ligatures, curly apostrophes and long hyphens become the plain ones. They get into an address by a keyboard or by
/// copying, and no user name contains them (RFC 8265 section 3.3.2, RFC 8264 sections 4.2 and 9.17), so no two people's addresses become
/// one.
/// </remarks>
internal static class EmailAddress
{
    /// <summary>RFC 5321 4.5.3.1: local part 64 octets, whole address 254.</summary>
    private const int MaxLength = 254, MaxLocal = 64;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    public static bool TryParse([NotNullWhen(true)] string? text, out Identifier identifier)
    {
        identifier = default;
        if (text is null || text.Length > 1000)
            return false;

        string whole;
        try
        {
            whole = Plain(VisibleText.Of(text).Normalize(NormalizationForm.FormC)).Normalize(NormalizationForm.FormC).Trim();
        }
        catch (ArgumentException)
        {
            return false; // An unpaired surrogate: not valid text.
        }

        var at = whole.LastIndexOf('@');
        if (at < 1 || at == whole.Length - 1 || (!Ascii.IsValid(whole) && whole.Any(IsQuotation)))
            return false;

        var local = whole[..at].ToLowerInvariant();
        if (Encoding.UTF8.GetByteCount(local) > MaxLocal || !IsLocalPart(local))
            return false;
        if (!TryDomain(whole[(at + 1)..], out var domain))
            return false;

        var value = $"{local}@{domain}";
        if (Encoding.UTF8.GetByteCount(value) > MaxLength)
            return false;

        identifier = new Identifier(IdentifierKind.Email, value);
        return true;
    }

    // What keyboards for Chinese and Japanese, typesetting and word processors put in place of ASCII.
    private static string Plain(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c switch
            {
                '\u00B4' or '\u02BC' or '\u2018' or '\u2019' or '\u2032' => "'",
                >= '\u2010' and <= '\u2015' or '\u2212' or '\uFE58' => "-",
                >= '\uFB00' and <= '\uFB06' or >= '\uFE50' and <= '\uFE6B' or >= '\uFF01' and <= '\uFFE6' =>
                    c.ToString().Normalize(NormalizationForm.FormKC),
                _ => c.ToString(),
            });
        }

        return plain.ToString();
    }

    // Typographic quotes and brackets are around an address, never part of one.
    private static bool IsQuotation(char c) =>
        c > '~' && char.GetUnicodeCategory(c) is UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation;

    private static bool IsLocalPart(string local) =>
        local[0] != '.' && local[^1] != '.' && !local.Contains("..", StringComparison.Ordinal)
        && local.All(
            c => c > '~'
                ? !char.IsControl(c) && !char.IsWhiteSpace(c)
                : char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal));

    private static bool TryDomain(string text, out string domain)
    {
        domain = "";
        try
        {
            domain = Idn.GetAscii(text.ToLowerInvariant()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        return domain.Contains('.', StringComparison.Ordinal)
            && domain.Split('.').All(label => label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-'
                && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }
}
