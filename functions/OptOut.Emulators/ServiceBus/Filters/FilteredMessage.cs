namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>The properties of a message that rules can read.</summary>
internal sealed class FilteredMessage(
    IReadOnlyDictionary<SystemProperty, string?> system,
    IReadOnlyDictionary<string, object?> properties)
{
    /// <summary>Application properties by name. Names are case-insensitive, as in Azure.</summary>
    private readonly Dictionary<string, object?> _properties = IgnoreCase(properties);

    public object? System(SystemProperty property) => system.GetValueOrDefault(property);

    public object? Property(string name) => _properties.TryGetValue(name, out var value) ? SqlValue.From(value) : null;

    public bool Has(string name) => _properties.ContainsKey(name);

    // If two names differ only in case, the first one is used; it must not throw.
    private static Dictionary<string, object?> IgnoreCase(IReadOnlyDictionary<string, object?> properties)
    {
        var result = new Dictionary<string, object?>(properties.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties)
            result.TryAdd(name, value);
        return result;
    }
}

/// <summary>The system properties that a rule can use, by their Azure names (the client calls Label Subject).</summary>
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
