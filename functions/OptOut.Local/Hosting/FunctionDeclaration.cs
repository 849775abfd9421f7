using System.Reflection;

namespace OptOut.Local.Hosting;

/// <summary>A method marked [Function], and the parameter with its trigger attribute.</summary>
internal sealed record FunctionDeclaration(string Name, MethodInfo Method, ParameterInfo TriggerParameter, Attribute Trigger)
{
    public override string ToString() => $"{Name} ({Method.DeclaringType!.Name}.{Method.Name})";
}
