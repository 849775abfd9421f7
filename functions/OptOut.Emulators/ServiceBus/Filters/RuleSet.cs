namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>The rules of one subscription: any one that is true takes the message. False and unknown are the same here.</summary>
internal sealed class RuleSet
{
    private readonly List<Func<FilteredMessage, bool>> _rules;

    /// <exception cref="SqlFilterException">A SQL rule is not a filter.</exception>
    public RuleSet(IEnumerable<RuleDefinition> rules) => _rules = [.. rules.Select(Compile)];

    public bool TakesEverything => _rules.Count == 0;

    public bool Matches(FilteredMessage message)
    {
        if (TakesEverything)
            return true;
        foreach (var rule in _rules)
        {
            if (rule(message))
                return true;
        }

        return false;
    }

    private static Func<FilteredMessage, bool> Compile(RuleDefinition rule)
    {
        if (rule is SqlRule sql)
        {
            var condition = SqlParser.Parse(sql.Expression);
            return message => condition.Evaluate(message) == true;
        }

        var correlation = (CorrelationRule)rule;
        return message => Matches(correlation, message);
    }

    private static bool Matches(CorrelationRule rule, FilteredMessage message) =>
        Same(rule.MessageId, SystemProperty.MessageId, message)
        && Same(rule.CorrelationId, SystemProperty.CorrelationId, message)
        && Same(rule.To, SystemProperty.To, message)
        && Same(rule.ReplyTo, SystemProperty.ReplyTo, message)
        && Same(rule.Subject, SystemProperty.Label, message)
        && Same(rule.SessionId, SystemProperty.SessionId, message)
        && Same(rule.ReplyToSessionId, SystemProperty.ReplyToSessionId, message)
        && Same(rule.ContentType, SystemProperty.ContentType, message)
        && rule.Properties.All(wanted => SqlValue.AreEqual(message.Property(wanted.Key), SqlValue.From(wanted.Value)) == true);

    private static bool Same(string? wanted, SystemProperty property, FilteredMessage message) =>
        wanted is null || string.Equals(wanted, message.System(property) as string, StringComparison.Ordinal);
}
