using System.Runtime.CompilerServices;

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
