namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>The part of a message that rules may look at.</summary>
internal sealed class FilteredMessage(
    IReadOnlyDictionary<SystemProperty, string?> system,
    IReadOnlyDictionary<string, object?> properties)
{
    /// <summary>Application properties by name. Names compare without case, as in Azure.</summary>
    private readonly Dictionary<string, object?> _properties = IgnoreCase(properties);

    public object? System(SystemProperty property) => system.GetValueOrDefault(property);

    public object? Property(string name) => _properties.TryGetValue(name, out var value) ? SqlValue.From(value) : null;

    public bool Has(string name) => _properties.ContainsKey(name);

    // Two names may differ in case only; the first one wins, and none may throw.
    private static Dictionary<string, object?> IgnoreCase(IReadOnlyDictionary<string, object?> properties)
    {
        var result = new Dictionary<string, object?>(properties.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties)
            result.TryAdd(name, value);
        return result;
    }
}

/// <summary>The broker properties a rule can name, as Azure calls them (Label is what the client calls Subject).</summary>
internal enum SystemProperty
{
    MessageId,
    CorrelationId,
    To,
    ReplyTo,
    Label,
    SessionId,
    ReplyToSessionId,
    ContentType,
}
