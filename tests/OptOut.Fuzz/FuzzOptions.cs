using System.Globalization;
using System.Security.Cryptography;

namespace OptOut.Fuzz;

/// <summary>What to run.</summary>
/// <param name="Targets">Names; empty for all.</param>
/// <param name="Inputs">How many inputs, over all targets.</param>
/// <param name="Minutes">The most time; null for no limit.</param>
/// <param name="Input">One input to run alone, in base64.</param>
/// <param name="Blind">Does not keep what reaches something new: for a comparison.</param>
internal sealed record FuzzOptions(
    IReadOnlyList<string> Targets, ulong Seed, long Inputs, double? Minutes, string? Input, bool Blind, bool List)
{
    private const long InputsInCi = 200_000;

    public static FuzzOptions Parse(string[] arguments)
    {
        var options = new FuzzOptions([], (ulong)RandomNumberGenerator.GetInt32(int.MaxValue), InputsInCi, null, null, false, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--target" => options with { Targets = [.. options.Targets, .. Next().Split(',')] },
                "--seed" => options with { Seed = ulong.Parse(Next(), CultureInfo.InvariantCulture) },
                "--inputs" => options with { Inputs = long.Parse(Next(), CultureInfo.InvariantCulture) },
                "--minutes" => options with { Minutes = double.Parse(Next(), CultureInfo.InvariantCulture) },
                "--input" => options with { Input = Next() },
                "--blind" => options with { Blind = true },
                "--list" => options with { List = true },
                var other => throw new FormatException($"{other} is not an option."),
            };

            string Next() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[^1]} needs a value.");
        }

        return options;
    }
}
