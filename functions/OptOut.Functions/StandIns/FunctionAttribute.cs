namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stands in for the worker's attribute of this name where the registry lacks the worker.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
