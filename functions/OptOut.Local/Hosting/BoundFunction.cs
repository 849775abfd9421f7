using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Local.Hosting;

/// <summary>A function, with a value source for each parameter of its method.</summary>
/// <typeparam name="TInput">What the trigger passes to one invocation.</typeparam>
internal sealed class BoundFunction<TInput>
{
    // Each is compiled, so a process with many hosts, such as the tests, shares them.
    private static readonly ConcurrentDictionary<Type, ObjectFactory> Factories = new();

    private readonly ObjectFactory? _create;
    private readonly MethodInvoker _method;
    private readonly Func<TInput, object?>[] _arguments;

    private BoundFunction(FunctionDeclaration declaration, ObjectFactory? create, Func<TInput, object?>[] arguments)
    {
        Declaration = declaration;
        _create = create;
        _method = MethodInvoker.Create(declaration.Method);
        _arguments = arguments;
    }

    public FunctionDeclaration Declaration { get; }

    /// <param name="source">Returns the value source of a parameter; null if this trigger cannot supply it.</param>
    /// <param name="allowed">The parameter types that this kind of function may have, for the error message.</param>
    public static BoundFunction<TInput>? Bind(
        FunctionDeclaration declaration,
        Func<ParameterInfo, Func<TInput, object?>?> source,
        string allowed,
        IServiceProvider services,
        StartupErrors errors)
    {
        var arguments = new List<Func<TInput, object?>>();
        foreach (var parameter in declaration.Method.GetParameters())
        {
            if (source(parameter) is { } argument)
            {
                arguments.Add(argument);
            }
            else
            {
                errors.Add(
                    declaration,
                    $"nothing binds the parameter '{parameter.Name}' of type {parameter.ParameterType.Name}.",
                    $"It may take {allowed}; inject services through the constructor.");
            }
        }

        var create = Constructor(declaration, services, errors);
        return arguments.Count == declaration.Method.GetParameters().Length && (create is not null || declaration.Method.IsStatic)
            ? new BoundFunction<TInput>(declaration, create, [.. arguments])
            : null;
    }

    /// <summary>Creates the class with the scope's services, calls the method and awaits its result.</summary>
    /// <returns>The function's result, unwrapped from its task.</returns>
    public async Task<object?> InvokeAsync(IServiceProvider scope, TInput input)
    {
        var arguments = Array.ConvertAll(_arguments, argument => argument(input));
        var result = _method.Invoke(_create?.Invoke(scope, null), arguments.AsSpan());
        switch (result)
        {
            case Task<IResult> task:
                return await task;
            case Task task:
                await task;
                return task.GetType().GetProperty(nameof(Task<>.Result))?.GetValue(task);
            case ValueTask task:
                await task;
                return null;
            default:
                return result;
        }
    }

    private static ObjectFactory? Constructor(FunctionDeclaration declaration, IServiceProvider services, StartupErrors errors)
    {
        if (declaration.Method.IsStatic)
            return null;
        var type = declaration.Method.DeclaringType!;
        if (type.IsAbstract || type.GetConstructors() is not [var constructor])
        {
            errors.Add(declaration, $"{type.Name} cannot be created.", "Give the class one public constructor.");
            return null;
        }

        var known = services.GetRequiredService<IServiceProviderIsService>();
        foreach (var missing in constructor.GetParameters().Where(parameter =>
            !parameter.HasDefaultValue
                && parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is null
                && !known.IsService(parameter.ParameterType)))
            errors.Add(
                declaration,
                $"its constructor needs {missing.ParameterType.Name}, which is not registered.",
                "Register it where the function app registers its services.");
        return Factories.GetOrAdd(type, static created => ActivatorUtilities.CreateFactory(created, Type.EmptyTypes));
    }
}
