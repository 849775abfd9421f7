namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>An operand: a literal or a property.</summary>
internal abstract record SqlOperand
{
    public abstract object? Evaluate(FilteredMessage message);
}

internal sealed record Literal(object? Value) : SqlOperand
{
    public override object? Evaluate(FilteredMessage message) => Value;
}

internal sealed record ApplicationColumn(string Name) : SqlOperand
{
    public override object? Evaluate(FilteredMessage message) => message.Property(Name);
}

internal sealed record SystemColumn(SystemProperty Property) : SqlOperand
{
    public override object? Evaluate(FilteredMessage message) => message.System(Property);
}

/// <summary>
/// A condition, which is true, false or unknown (null). C#'s &amp;, | and ! on bool? implement SQL's three-valued logic exactly:
/// false AND unknown is false, true OR unknown is true, NOT unknown is unknown.
/// </summary>
internal abstract record SqlCondition
{
    public abstract bool? Evaluate(FilteredMessage message);
}

internal sealed record And(SqlCondition Left, SqlCondition Right) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => Left.Evaluate(message) & Right.Evaluate(message);
}

internal sealed record Or(SqlCondition Left, SqlCondition Right) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => Left.Evaluate(message) | Right.Evaluate(message);
}

internal sealed record Not(SqlCondition Inner) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => !Inner.Evaluate(message);
}

internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal sealed record Comparison(SqlOperand Left, Comparator Comparator, SqlOperand Right) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message)
    {
        var left = Left.Evaluate(message);
        var right = Right.Evaluate(message);
        return Comparator switch
        {
            Comparator.Equal => SqlValue.AreEqual(left, right),
            Comparator.NotEqual => !SqlValue.AreEqual(left, right),
            _ => SqlValue.Compare(left, right) is { } order ? Holds(order) : null,
        };
    }

    private bool Holds(int order) => Comparator switch
    {
        Comparator.Less => order < 0,
        Comparator.LessOrEqual => order <= 0,
        Comparator.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>x IN (a, b): true if one is equal; otherwise unknown if a comparison was unknown; otherwise false.</summary>
internal sealed record In(SqlOperand Operand, IReadOnlyList<SqlOperand> Choices) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message)
    {
        var value = Operand.Evaluate(message);
        bool? result = false;
        foreach (var choice in Choices)
            result |= SqlValue.AreEqual(value, choice.Evaluate(message));
        return result;
    }
}

internal sealed record Like(SqlOperand Operand, LikePattern Pattern) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) =>
        Operand.Evaluate(message) is string text ? Pattern.Matches(text) : null;
}

/// <summary>IS NULL is never unknown.</summary>
internal sealed record IsNull(SqlOperand Operand) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => Operand.Evaluate(message) is null;
}

/// <summary>EXISTS(name): whether the property is present, even with a null value.</summary>
internal sealed record Exists(SqlOperand Operand) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => Operand is ApplicationColumn column
        ? message.Has(column.Name)
        : Operand.Evaluate(message) is not null;
}

/// <summary>A boolean property or literal used as a condition.</summary>
internal sealed record IsTrue(SqlOperand Operand) : SqlCondition
{
    public override bool? Evaluate(FilteredMessage message) => Operand.Evaluate(message) as bool?;
}
