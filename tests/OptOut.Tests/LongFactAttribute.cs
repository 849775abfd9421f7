using System.Runtime.CompilerServices;
using Xunit.v3;

namespace OptOut.Tests;

/// <summary>
/// A test that takes minutes. It has the category <c>Long</c> unless it names another one, runs only if <c>OPTOUT_LONG=1</c> is set, and is
/// skipped with that reason otherwise. <c>.ci/run</c> runs all of them.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : FactAttribute, ITraitAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = SkipReason;
    }

    /// <summary>Why long tests are skipped; null if they run.</summary>
    internal static string? SkipReason =>
        Environment.GetEnvironmentVariable("OPTOUT_LONG") == "1" ? null : "Long tests take minutes. Set OPTOUT_LONG=1 to run them.";

    public string Category { get; init; } = "Long";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", Category)];
}
