namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stands in for the attribute of the Azure Functions worker where the package registry lacks it: see .nuget/README.md.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
