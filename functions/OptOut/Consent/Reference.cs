namespace OptOut.Consent;

/// <summary>
/// The reference number that a person quotes for a submission: the last twelve hex digits of its id, in three groups of four.
/// </summary>
internal static class Reference
{
    private const int Digits = 12;

    public static string From(Change change) => From(change.SubmissionId);

    public static string From(Guid submissionId) => Write(submissionId.ToString("N").AsSpan(20));

    /// <summary>
    /// Reads a number as a person types it, with or without hyphens, in upper or lower case, and returns it in normal form.
    /// </summary>
    public static bool TryParse(string? text, out string reference)
    {
        reference = "";
        if (text is not { Length: <= 64 })
            return false;
        Span<char> digits = stackalloc char[Digits];
        var count = 0;
        foreach (var c in text)
        {
            if (c is '-' or ' ')
                continue;
            if (!char.IsAsciiHexDigit(c) || count == Digits)
                return false;
            digits[count++] = c;
        }

        reference = count == Digits ? Write(digits) : "";
        return count == Digits;
    }

    private static string Write(ReadOnlySpan<char> digits) => $"{digits[..4]}-{digits[4..8]}-{digits[8..]}".ToUpperInvariant();
}
