using System.Globalization;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>
/// States that a subject's ledger had this many entries, the last with this hash. It stays true for ever, because a ledger only grows.
/// </summary>
/// <param name="Subject">The owner of the ledger.</param>
/// <param name="Sequence">The number of entries, from 1.</param>
/// <param name="Hash">64 lower-case hex digits.</param>
internal readonly record struct AnchoredHead(SubjectKey Subject, long Sequence, string Hash)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Subject} {Sequence} {Hash}");

    /// <exception cref="FormatException">The line is not in the format of <see cref="ToString"/>.</exception>
    public static AnchoredHead Parse(string line) => line.Split(' ') is [var subject, var sequence, { } hash] && IsHash(hash)
        ? new AnchoredHead(SubjectKey.Parse(subject), Number(sequence), hash)
        : throw new FormatException("A head is a subject key, a sequence number and a hash.");

    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    internal static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException("The sequence number must be a positive integer, in digits.");
}
