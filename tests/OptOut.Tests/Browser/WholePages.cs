using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace OptOut.Tests.Browser;

/// <summary>Finds the components that render a whole page: those that use the page frame.</summary>
internal static class WholePages
{
    private const byte Call = 0x28, CallVirtual = 0x6F;

    public static IEnumerable<Type> For(Type frame) =>
        frame.Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IComponent)) && Renders(type, frame));

    // Razor compiles <PageFrame> to builder.OpenComponent<PageFrame>(..) in the component's BuildRenderTree.
    private static bool Renders(Type component, Type frame) =>
        component
            .GetMethod("BuildRenderTree", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            ?.GetMethodBody()
            ?.GetILAsByteArray() is { } code
        && Enumerable.Range(0, code.Length - 4)
            .Any(
                at => code[at] is Call or CallVirtual
                    && Called(component, BitConverter.ToInt32(code, at + 1))?.GetGenericArguments() is [var opened]
                    && opened == frame);

    private static MethodBase? Called(Type component, int token)
    {
        try
        {
            return component.Module.ResolveMethod(token);
        }
        catch (ArgumentException)
        {
            return null; // These bytes only looked like a call.
        }
    }
}
