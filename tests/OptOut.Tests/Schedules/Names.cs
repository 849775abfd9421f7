using System.Globalization;
using System.Text.RegularExpressions;
using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Tests.Schedules.InMemory;

namespace OptOut.Tests.Schedules;

/// <summary>Short names for people, contact points and events, so that a drawing reads well and is the same each time.</summary>
internal sealed partial class Names
{
    private readonly List<(string Text, string Name)> _names = [];
    private readonly Dictionary<Identifier, string> _identifiers = [];
    private readonly Dictionary<string, string> _events = new(StringComparer.OrdinalIgnoreCase);

    public void Add(SubjectKey subject, string name) => _names.Add((subject.ToString(), name));

    public void Add(Identifier identifier, IdentifierHash hash, string name)
    {
        _identifiers[identifier] = name;
        // The first digits of the hash are part of the partition.
        _names.Add((hash.ToString()[3..], name));
    }

    public string Of(Identifier identifier) => _identifiers[identifier];

    public string Describe(IReadOnlyList<TableRequest> actions) => string.Join(" + ", actions.Select(Describe));

    public string Describe(ServiceBusMessage message)
    {
        var id = Short(message.MessageId);
        return $"{Short(message.CorrelationId)}:{id}";
    }

    private string Describe(TableRequest request)
    {
        var (verb, key) = (request.Verb, request.Key ?? (request.Body is { } body ? body.GetProperty("RowKey").GetString() : null));
        var row = key ?? request.Query.GetValueOrDefault("$filter") ?? "";
        row = request.Table switch
        {
            "consent" => Short(row),
            "identifiers" => $"contact point {Short(row)}",
            "feed" => "feed",
            "references" => $"reference of {Short(row[(row.IndexOf('~', StringComparison.Ordinal) + 1)..])}",
            _ when key is null => $"{request.Table} {Short(row)}",
            _ => $"{request.Table} {Short(row)}",
        };
        return verb switch
        {
            "GET" when request.Key is null => $"query {(request.Table == "consent" ? row.Split('\'').ElementAtOrDefault(3) ?? row : row)}",
            "GET" => $"read {row}",
            "POST" => $"insert {row}",
            "DELETE" => $"delete {row}",
            "PUT" => $"{(request.Match is null ? "upsert" : "replace")} {row}{(request.Match == "*" ? " (any version)" : "")}",
            _ => $"merge {row}{(request.Match == "*" ? " (any version)" : "")}",
        };
    }

    private string Short(string text)
    {
        foreach (var (long_, name) in _names)
            text = text.Replace(long_, name, StringComparison.Ordinal);
        return Event().Replace(text, m =>
        {
            var id = m.Value.Replace("-", "", StringComparison.Ordinal);
            if (!_events.TryGetValue(id, out var name))
                _events[id] = name = string.Create(CultureInfo.InvariantCulture, $"e{_events.Count + 1}");
            return name;
        });
    }

    [GeneratedRegex("[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")]
    private static partial Regex Event();
}
