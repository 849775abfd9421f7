using System.Globalization;
using System.Text;

namespace OptOut.Replies.Sms;

/// <summary>
/// The alphabet of an SMS (3GPP TS 23.038, section 6.2.1). One character outside it turns the whole message into UCS-2, in which a segment
/// has 70 characters instead of 160.
/// </summary>
internal static class Gsm7
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ "
            + "!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    // Written as an escape and a second septet.
    private const string Extended = "^{}\\[~]|€";

    /// <summary>How many septets the text takes; null when a character is not in the alphabet.</summary>
    public static int? Septets(string text)
    {
        var septets = 0;
        foreach (var c in text)
        {
            if (Basic.Contains(c, StringComparison.Ordinal))
                septets++;
            else if (Extended.Contains(c, StringComparison.Ordinal))
                septets += 2;
            else
                return null;
        }

        return septets;
    }

    /// <summary>
    /// The text without the accents that the alphabet lacks: Citroën becomes Citroen, but Café stays Café. Other characters do not change.
    /// </summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormC))
        {
            if (Septets(c.ToString()) is not null)
                folded.Append(c);
            else
                folded.Append(c is '’' or '‘' ? "'" : c is '–' or '—' ? "-" : c is '\u00a0' or '\u202f' ? " " : WithoutMarks(c));
        }

        return folded.ToString();
    }

    private static string WithoutMarks(char c) =>
        char.IsSurrogate(c)
            ? c.ToString()
            : string.Concat(
                c.ToString()
                    .Normalize(NormalizationForm.FormD)
                    .Where(d => CharUnicodeInfo.GetUnicodeCategory(d) != UnicodeCategory.NonSpacingMark));
}
