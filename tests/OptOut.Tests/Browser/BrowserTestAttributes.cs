using System.Runtime.CompilerServices;
using Xunit.v3;

namespace OptOut.Tests.Browser;

/// <summary>A test that needs a browser. It is skipped, with the reason, on a machine that has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Chromium.Program is null ? Chromium.Missing : null;
}

/// <summary>Like <see cref="BrowserFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Chromium.Program is null ? Chromium.Missing : null;
}

/// <summary>Combines <see cref="BrowserTheoryAttribute"/> and <see cref="LongFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongBrowserTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public LongBrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = LongFactAttribute.SkipReason ?? (Chromium.Program is null ? Chromium.Missing : null);

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];
}
