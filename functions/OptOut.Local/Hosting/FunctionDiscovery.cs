using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;

namespace OptOut.Local.Hosting;

/// <summary>Finds the functions of an assembly by their attributes, as the Functions worker does at build time.</summary>
internal static partial class FunctionDiscovery
{
    private const BindingFlags Methods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<FunctionDeclaration> Find(Assembly assembly, Func<Type, bool> including, StartupErrors errors)
    {
        var functions = assembly.GetTypes().Where(including)
            .SelectMany(type => type.GetMethods(Methods))
            .Select(method => (Method: method, Function: method.GetCustomAttribute<FunctionAttribute>()))
            .Where(found => found.Function is not null)
            .Select(found => Declare(found.Function!.Name, found.Method, errors))
            .OfType<FunctionDeclaration>()
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();

        foreach (var duplicates in functions
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1))
        {
            var names = duplicates.Select(function => $"{function.Method.DeclaringType!.Name}.{function.Method.Name}").Order(StringComparer.Ordinal);
            errors.Add(
                $"{duplicates.Key}: {duplicates.Count()} functions have this name ({string.Join(", ", names)}).",
                "Give each its own name; names are not case-sensitive.");
        }

        return functions;
    }

    private static FunctionDeclaration? Declare(string name, MethodInfo method, StartupErrors errors)
    {
        var triggers = method.GetParameters()
            .SelectMany(parameter => parameter.GetCustomAttributes().Where(IsTrigger).Select(trigger => (parameter, trigger)))
            .ToList();
        var where = $"{name} ({method.DeclaringType!.Name}.{method.Name})";
        if (triggers.Count != 1)
        {
            errors.Add(
                $"{where}: has {triggers.Count} triggers.",
                "Give exactly one parameter [HttpTrigger], [ServiceBusTrigger] or [TimerTrigger].");
            return null;
        }

        if (!ValidName().IsMatch(name))
        {
            errors.Add(
                $"{where}: Azure does not accept this name.", "Start with a letter, followed by at most 127 letters, digits, '-' or '_'.");
        }

        if (!method.IsPublic)
            errors.Add($"{where}: is not public.", "Make the method public; the Functions worker only finds public methods.");
        return new FunctionDeclaration(name, method, triggers[0].parameter, triggers[0].trigger);
    }

    private static bool IsTrigger(Attribute attribute) =>
        attribute is HttpTriggerAttribute or ServiceBusTriggerAttribute or TimerTriggerAttribute;

    [GeneratedRegex(@"\A[a-zA-Z][a-zA-Z0-9_-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ValidName();
}
