namespace OptOut.Tests.Identity;

/// <summary>Decisions read from a list of numbers, so that a generator can shrink them.</summary>
internal sealed class Choices(int[] numbers)
{
    private int _next;

    public int Next(int count) => (int)((uint)numbers[_next++ % numbers.Length] % (uint)count);

    public bool Once(int inHowMany) => Next(inHowMany) == 0;

    public T Of<T>(params IReadOnlyList<T> values) => values[Next(values.Count)];
}

/// <param name="Kind">As in <see cref="LetterboxWords.Details"/>.</param>
/// <param name="Value">A number, a letter or both; empty for a side of the house.</param>
internal sealed record LetterboxDetail(string Kind, string Value);

/// <summary>A letterbox in Belgium, the Netherlands, Germany, France or Luxembourg.</summary>
/// <param name="Street">The first of its spellings in <see cref="LetterboxWords.Streets"/>.</param>
/// <param name="Number">As in <c>12</c>.</param>
/// <param name="Suffix">As in <c>A</c>, <c>bis</c> or <c>-14</c>.</param>
/// <param name="Town">The index in <see cref="LetterboxWords.Towns"/>.</param>
internal sealed record Letterbox(string Country, string Street, int Number, string Suffix, IReadOnlyList<LetterboxDetail> Details, int Town)
{
    public static Letterbox From(Choices choices)
    {
        var country = choices.Of("BE", "BE", "NL", "DE", "FR", "LU");
        var details = new List<LetterboxDetail>();
        while (details.Count < 3 && choices.Once(2))
            Add(details, Detail(choices, country));
        var number = NewNumber(choices);
        var (street, suffix) = (choices.Of(LetterboxWords.Streets[country])[0], NewSuffix(choices, country, number));
        return new(country, street, number, suffix, details, choices.Next(LetterboxWords.Towns[country].Length));
    }

    /// <summary>Another letterbox that differs in one part.</summary>
    public Letterbox Neighbour(Choices choices)
    {
        switch (choices.Next(5))
        {
            case 0:
                var number = NewNumber(choices);
                return this with { Number = number == Number ? number + 1 : number, Suffix = Suffix.StartsWith('-') ? "" : Suffix };
            case 1:
                var suffix = NewSuffix(choices, Country, Number);
                return this with { Suffix = suffix != Suffix ? suffix : Suffix.Length > 0 ? "" : "A" };
            case 2 when Country != "NL":
                var street = choices.Of(LetterboxWords.Streets[Country])[0];
                return street != Street ? this with { Street = street } : Elsewhere();
            case 3:
                return Elsewhere();
            default:
                return WithOtherDetail(choices);
        }
    }

    public bool IsSame(Letterbox other) => Country == other.Country
        && (Country == "NL" || Street == other.Street)
        && (Number, Suffix, Town) == (other.Number, other.Suffix, other.Town)
        && Sorted().SequenceEqual(other.Sorted());

    // In Belgium a flat is a box where there is no box.
    private IEnumerable<(string, string)> Sorted()
    {
        var hasBox = Details.Any(d => d.Kind == "box");
        return Details.Select(d => (d.Kind == "flat" && Country == "BE" && !hasBox ? "box" : d.Kind, d.Value)).Order();
    }

    private Letterbox Elsewhere() => this with { Town = (Town + 1) % LetterboxWords.Towns[Country].Length };

    private Letterbox WithOtherDetail(Choices choices)
    {
        var details = Details.ToList();
        var at = details.Count == 0 ? 0 : choices.Next(details.Count);
        switch (details.Count == 0 ? 0 : choices.Next(3))
        {
            case 0:
                Add(details, Detail(choices, Country));
                break;
            case 1:
                details.RemoveAt(at);
                break;
            default:
                var isFloor = details[at].Kind.StartsWith("floor", StringComparison.Ordinal);
                details[at] = details[at] with
                {
                    Value = details[at].Value.Length == 0 ? "" : isFloor ? $"{choices.Next(9) + 1}" : Value(choices),
                };
                break;
        }

        var other = this with { Details = details };
        return IsSame(other) ? Elsewhere() : other;
    }

    private static void Add(List<LetterboxDetail> details, LetterboxDetail detail)
    {
        if (!details.Exists(d => d.Kind == detail.Kind) && !(details.Exists(d => d.Value.Length == 0) && detail.Value.Length == 0))
            details.Add(detail);
    }

    private static LetterboxDetail Detail(Choices choices, string country)
    {
        var kind = choices.Of([.. LetterboxWords.Details[country].Keys]);
        var hasValue = LetterboxWords.Details[country][kind][0].Contains('#', StringComparison.Ordinal);
        return new(kind, !hasValue ? "" : kind.StartsWith("floor", StringComparison.Ordinal) ? $"{choices.Next(9) + 1}" : Value(choices));
    }

    private static string Value(Choices choices) => choices.Next(4) switch
    {
        0 => choices.Of("A", "C", "D", "E"),
        1 => $"{choices.Next(30) + 1}",
        2 => $"{choices.Next(400) + 1}",
        _ => $"{choices.Of("A", "C")}{choices.Next(9) + 1}",
    };

    private static int NewNumber(Choices choices) => choices.Next(10) switch
    {
        0 => choices.Of(1000, 1080, 1234, 1017, 7000),
        1 => choices.Next(1500) + 1,
        2 => choices.Of(8, 11, 17, 20, 2, 3, 45),
        _ => choices.Next(40) + 1,
    };

    private static string NewSuffix(Choices choices, string country, int number) => choices.Next(8) switch
    {
        0 => "A",
        1 => choices.Of("B", "C", "D", "E", "F", "R"),
        2 when country is "BE" or "FR" or "LU" => choices.Of("bis", "ter"),
        3 => $"-{number + 2}",
        4 when country is not "NL" => "A-C",
        _ => "",
    };
}
