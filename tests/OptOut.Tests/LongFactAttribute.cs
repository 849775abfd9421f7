using System.Runtime.CompilerServices;
using Xunit.v3;

namespace OptOut.Tests;

/// <summary>
/// A proof that takes minutes: category <c>Long</c>, run where <c>OPTOUT_LONG=1</c> and skipped with that reason elsewhere.
/// <c>.ci/run</c> runs them all.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = NotNow;
    }

    /// <summary>Why a long test is skipped; null where it is to be run.</summary>
    internal static string? NotNow => Environment.GetEnvironmentVariable("OPTOUT_LONG") == "1" ? null : "Takes minutes with its like. Set OPTOUT_LONG=1 to run it.";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];
}
