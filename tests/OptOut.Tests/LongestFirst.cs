using OptOut.Tests;
using OptOut.Tests.Browser;
using OptOut.Tests.Demo;
using OptOut.Tests.EveryEntryPoint;
using OptOut.Tests.Evidence;
using OptOut.Tests.Reconciliation;
using OptOut.Tests.Records;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace OptOut.Tests;

/// <summary>
/// Starts the classes that take longest first. The tests of a class run one after the other: a long class that starts last would run alone
/// while the other processors have nothing to do.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        .. new[]
        {
            typeof(ScreenTests), typeof(EveryEntryPointTests), typeof(DemoCommandTests), typeof(SuppressionFilesTests),
            typeof(TamperingTests), typeof(DemoScreenTests), typeof(ResumeTests), typeof(DriftTests), typeof(DurabilityTests),
        }.Select(c => $" {c.FullName} "),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Rank).ThenBy(c => c.UniqueID, StringComparer.Ordinal)];

    // A class without a collection of its own has one that is named "Test collection for NAME (id: ...)".
    private static int Rank<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection =>
        Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is >= 0 and var rank
            ? rank
            : Longest.Length;
}
