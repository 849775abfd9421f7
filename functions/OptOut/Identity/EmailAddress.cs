using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OptOut.Identity;

/// <summary>
/// The normal form of an e-mail address: trimmed, NFC, lower case, its domain in ASCII (IDNA). Dots and plus tags are kept:
/// most providers treat them as significant, and a Stop must not extend to an address that the person did not give.
/// </summary>
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
            whole = text.Trim().Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return false; // An unpaired surrogate: not valid text.
        }

        var at = whole.LastIndexOf('@');
        if (at < 1 || at == whole.Length - 1)
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
