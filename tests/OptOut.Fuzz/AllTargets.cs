using System.Reflection;
using OptOut.Fuzz.Engine;

namespace OptOut.Fuzz;

/// <summary>Every target of this program: its classes that derive from <see cref="FuzzTarget"/> and can be created.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetTypes()
            .Where(t => t.IsSubclassOf(typeof(FuzzTarget)) && !t.IsAbstract && t.GetConstructor([]) is not null)
            .Select(t => (FuzzTarget)Activator.CreateInstance(t)!)
            .OrderBy(t => t.Name, StringComparer.Ordinal),
    ];

    public static FuzzTarget Find(string name) => All.Single(t => t.Name == name);
}
