using System.Runtime.CompilerServices;
using Xunit.v3;

namespace OptOut.Tests.Browser;

/// <summary>A test that needs a browser: skipped, with the reason, on a machine that has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Chromium.Program is null ? Chromium.Missing : null;
}

/// <summary>As <see cref="BrowserFactAttribute"/>, for each of its rows.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = Chromium.Program is null ? Chromium.Missing : null;
}

/// <summary>As <see cref="BrowserTheoryAttribute"/> and <see cref="LongFactAttribute"/> together.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongBrowserTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public LongBrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = LongFactAttribute.NotNow ?? (Chromium.Program is null ? Chromium.Missing : null);

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Long")];
}
