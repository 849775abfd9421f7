using Microsoft.Extensions.Configuration;

namespace OptOut.Local.Hosting;

/// <summary>Collects all errors in the functions, so that they are reported at once rather than one per run.</summary>
internal sealed class StartupErrors
{
    private readonly List<string> _lines = [];

    public void Add(string problem, string fix) => _lines.Add($"{problem} {fix}");

    public void Add(FunctionDeclaration function, string problem, string fix) => Add($"{function}: {problem}", fix);

    /// <summary>
    /// Replaces %Name% by the setting of that name, as Azure does in a schedule and in the name of a topic or subscription.
    /// </summary>
    public string? Resolve(FunctionDeclaration function, string text, IConfiguration settings)
    {
        if (text is not ['%', .., '%'])
            return text;
        var name = text.Trim('%');
        if (settings[name] is { Length: > 0 } value)
            return value;
        Add(function, $"the setting {name} is missing.", $"Set {name}, which {text} in the trigger refers to.");
        return null;
    }

    /// <exception cref="CannotStartException">There is at least one error.</exception>
    public void ThrowIfAny()
    {
        if (_lines.Count > 0)
            throw new CannotStartException(string.Join('\n', _lines.Select(line => "- " + line).Prepend("The functions cannot start:")));
    }
}
