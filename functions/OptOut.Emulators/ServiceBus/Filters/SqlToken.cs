namespace OptOut.Emulators.ServiceBus.Filters;

internal enum SqlTokenKind
{
    /// <summary>A bare word: a keyword or a name.</summary>
    Word,

    /// <summary>A name in [brackets] or "quotes", never a keyword.</summary>
    QuotedName,
    Text,
    Number,
    Symbol,
    End,
}

/// <param name="Text">The word, the unescaped string, or the symbol.</param>
/// <param name="Column">The 1-based position of its first character, for the message of a <see cref="SqlFilterException"/>.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Column)
{
    public bool Is(string keywordOrSymbol) =>
        Kind is SqlTokenKind.Word or SqlTokenKind.Symbol && Text.Equals(keywordOrSymbol, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Kind == SqlTokenKind.End ? "the end" : $"'{Text}'";
}

/// <summary>Thrown when the bus starts with an invalid filter. The message names the column.</summary>
internal sealed class SqlFilterException(string expression, int column, string problem)
    : Exception($"SQL filter, column {column}: {problem}. The filter is: {expression}")
{
    public int Column => column;
}
