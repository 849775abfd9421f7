using System.Globalization;
using System.Text;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>A written anchor: its number, and the SHA-256 of the whole blob.</summary>
/// <param name="Sha256">64 lower-case hex digits.</param>
internal readonly record struct AnchorDigest(long Number, string Sha256);

/// <summary>
/// What is written where nobody can alter it: the heads of ledgers, and the digest of the previous anchor, so that the anchors form a chain
/// too. The README of this folder describes the text; anyone who checks an anchor depends on it.
/// </summary>
/// <param name="Number">From 1, without gaps. It is the blob's name, and a blob is written once, so no anchor has two successors.</param>
/// <param name="Made">When it was made, to the second.</param>
/// <param name="Previous">Null for the first.</param>
/// <param name="Heads">In the order of their lines.</param>
internal sealed record Anchor(long Number, DateTimeOffset Made, AnchorDigest? Previous, IReadOnlyList<AnchoredHead> Heads)
{
    private const string Format = "optout-anchor-1", Moment = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Name(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:D8}.txt");

    public string ToText()
    {
        var text = new StringBuilder(Heads.Count * 100)
            .Append(Format).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"number {Number}\n")
            .Append(CultureInfo.InvariantCulture, $"made {Made.UtcDateTime.ToString(Moment, CultureInfo.InvariantCulture)}\n")
            .Append(Previous is { } previous ? $"previous {Name(previous.Number)} {previous.Sha256}\n" : "previous none\n")
            .Append(CultureInfo.InvariantCulture, $"count {Heads.Count}\n");
        foreach (var head in Heads)
            text.Append(head.ToString()).Append('\n');
        return text.ToString();
    }

    /// <summary>Reads exactly what <see cref="ToText"/> writes.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Anchor Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 6 || lines[0] != Format)
            throw new FormatException($"The first line of an anchor is {Format}.");

        var number = AnchoredHead.Number(After(lines[1], "number "));
        var made = DateTimeOffset.ParseExact(
            After(lines[2], "made "), Moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        AnchorDigest? previous = After(lines[3], "previous ").Split(' ') switch
        {
            ["none"] => null,
            [_, { } hash] when AnchoredHead.IsHash(hash) => new AnchorDigest(number - 1, hash),
            _ => throw new FormatException("The previous anchor is named by its blob name and its SHA-256."),
        };
        var anchor = new Anchor(number, made, previous, [.. lines[5..^1].Select(AnchoredHead.Parse)]);
        return anchor.ToText() == text ? anchor : throw new FormatException("The text is not in the format of an anchor.");
    }

    private static string After(string line, string word) =>
        line.StartsWith(word, StringComparison.Ordinal)
            ? line[word.Length..]
            : throw new FormatException($"A line that begins with '{word}' is missing.");
}
