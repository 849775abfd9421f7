namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>The rules of one subscription: the message is accepted if any rule is true. False and unknown both mean no match.</summary>
internal sealed class RuleSet
{
    private readonly List<Func<FilteredMessage, bool>> _rules;

    /// <exception cref="SqlFilterException">A SQL rule is not a valid filter.</exception>
    public RuleSet(IEnumerable<RuleDefinition> rules) => _rules = [.. rules.Select(Compile)];

    public bool MatchesEverything => _rules.Count == 0;

    public bool Matches(FilteredMessage message)
    {
        if (MatchesEverything)
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
        IsEqualOrUnset(rule.MessageId, SystemProperty.MessageId, message)
        && IsEqualOrUnset(rule.CorrelationId, SystemProperty.CorrelationId, message)
        && IsEqualOrUnset(rule.To, SystemProperty.To, message)
        && IsEqualOrUnset(rule.ReplyTo, SystemProperty.ReplyTo, message)
        && IsEqualOrUnset(rule.Subject, SystemProperty.Label, message)
        && IsEqualOrUnset(rule.SessionId, SystemProperty.SessionId, message)
        && IsEqualOrUnset(rule.ReplyToSessionId, SystemProperty.ReplyToSessionId, message)
        && IsEqualOrUnset(rule.ContentType, SystemProperty.ContentType, message)
        && rule.Properties.All(expected => SqlValue.AreEqual(message.Property(expected.Key), SqlValue.From(expected.Value)) == true);

    private static bool IsEqualOrUnset(string? expected, SystemProperty property, FilteredMessage message) =>
        expected is null || string.Equals(expected, message.System(property) as string, StringComparison.Ordinal);
}
