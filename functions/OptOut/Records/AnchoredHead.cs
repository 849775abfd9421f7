using System.Globalization;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>That a subject's ledger had so many entries, the last of them with this hash. It holds for ever: a ledger only grows.</summary>
/// <param name="Subject">Whose ledger.</param>
/// <param name="Sequence">From 1.</param>
/// <param name="Hash">64 lower-case hex digits.</param>
internal readonly record struct AnchoredHead(SubjectKey Subject, long Sequence, string Hash)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Subject} {Sequence} {Hash}");

    /// <exception cref="FormatException">Not as <see cref="ToString"/> writes it.</exception>
    public static AnchoredHead Parse(string line) => line.Split(' ') is [var subject, var sequence, { } hash] && IsHash(hash)
        ? new AnchoredHead(SubjectKey.Parse(subject), Number(sequence), hash)
        : throw new FormatException("A head is a subject key, a sequence number and a hash.");

    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    internal static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException("A number is one or more, in digits.");
}
