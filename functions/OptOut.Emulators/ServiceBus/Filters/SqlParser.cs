using System.Globalization;

namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>
/// A recursive descent parser. Precedence from lowest to highest: OR, AND, NOT, predicate. Parentheses group conditions.
/// Arithmetic and functions other than EXISTS are refused with a message.
/// </summary>
internal sealed class SqlParser
{
    // Deep enough for any hand-written filter, and safe for the stack.
    private const int MaxNesting = 100;

    private readonly string _expression;
    private readonly IReadOnlyList<SqlToken> _tokens;
    private int _at;
    private int _depth;

    private SqlParser(string expression)
    {
        _expression = expression;
        _tokens = SqlLexer.Read(expression);
    }

    private SqlToken Current => _tokens[_at];

    /// <exception cref="SqlFilterException">The expression is not a valid filter; the message names the column.</exception>
    public static SqlCondition Parse(string expression)
    {
        var parser = new SqlParser(expression);
        var condition = parser.Disjunction();
        return parser.Current.Kind == SqlTokenKind.End ? condition : throw parser.Unexpected("AND, OR or the end");
    }

    private SqlCondition Disjunction()
    {
        var left = Conjunction();
        while (Take("OR"))
            left = new Or(left, Conjunction());
        return left;
    }

    private SqlCondition Conjunction()
    {
        var left = Negation();
        while (Take("AND"))
            left = new And(left, Negation());
        return left;
    }

    private SqlCondition Negation()
    {
        if (++_depth > MaxNesting)
            throw new SqlFilterException(_expression, Current.Column, "the filter is nested too deeply");
        try
        {
            if (Take("NOT"))
                return new Not(Negation());
            if (!Take("("))
                return Predicate();
            var inner = Disjunction();
            Expect(")");
            return inner;
        }
        finally
        {
            _depth--;
        }
    }

    private SqlCondition Predicate()
    {
        if (Current.Is("EXISTS") && _tokens[_at + 1].Is("("))
        {
            _at += 2;
            var property = Column();
            Expect(")");
            return new Exists(property);
        }

        var operand = Operand();
        if (Take("IS"))
        {
            var negated = Take("NOT");
            Expect("NULL");
            return Negate(negated, new IsNull(operand));
        }

        var not = Take("NOT");
        if (Take("IN"))
            return Negate(not, new In(operand, Choices()));
        if (Take("LIKE"))
            return Negate(not, new Like(operand, Pattern()));
        if (not)
            throw Unexpected("IN or LIKE");
        if (Comparator() is { } comparator)
            return new Comparison(operand, comparator, Operand());
        if (operand is ApplicationColumn or Literal { Value: bool or null })
            return new IsTrue(operand);
        throw Unexpected("a comparison");
    }

    private static SqlCondition Negate(bool negated, SqlCondition condition) => negated ? new Not(condition) : condition;

    private Comparator? Comparator()
    {
        Comparator? comparator = Current switch
        {
            { Kind: not SqlTokenKind.Symbol } => null,
            { Text: "=" } => Filters.Comparator.Equal,
            { Text: "<>" or "!=" } => Filters.Comparator.NotEqual,
            { Text: "<" } => Filters.Comparator.Less,
            { Text: "<=" } => Filters.Comparator.LessOrEqual,
            { Text: ">" } => Filters.Comparator.Greater,
            { Text: ">=" } => Filters.Comparator.GreaterOrEqual,
            _ => null,
        };
        if (comparator is not null)
            _at++;
        return comparator;
    }

    private List<SqlOperand> Choices()
    {
        Expect("(");
        List<SqlOperand> choices = [Operand()];
        while (Take(","))
            choices.Add(Operand());
        Expect(")");
        return choices;
    }

    private LikePattern Pattern()
    {
        var pattern = Text("a pattern in quotes");
        if (!Take("ESCAPE"))
            return new LikePattern(pattern, escape: null);
        var column = Current.Column;
        var escape = Text("an escape character in quotes");
        return escape.Length == 1
            ? new LikePattern(pattern, escape[0])
            : throw new SqlFilterException(_expression, column, "an escape is exactly one character");
    }

    private SqlOperand Operand()
    {
        var token = Current;
        switch (token.Kind)
        {
            case SqlTokenKind.Text:
                _at++;
                return new Literal(token.Text);
            case SqlTokenKind.Number:
                _at++;
                return Number(token, negative: false);
            case SqlTokenKind.Symbol when token.Text is "-" or "+" && _tokens[_at + 1].Kind == SqlTokenKind.Number:
                _at += 2;
                return Number(_tokens[_at - 1], negative: token.Text == "-");
            default:
                if (Take("TRUE"))
                    return new Literal(true);
                if (Take("FALSE"))
                    return new Literal(false);
                return Take("NULL") ? new Literal(Value: null) : Column();
        }
    }

    private Literal Number(SqlToken token, bool negative)
    {
        var text = negative ? "-" + token.Text : token.Text;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return new Literal(whole);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
            return new Literal(real);
        throw new SqlFilterException(_expression, token.Column, $"'{token.Text}' is not a number");
    }

    private SqlOperand Column()
    {
        var first = Name("a property");
        if (!Take("."))
            return new ApplicationColumn(first.Text);
        var column = Current.Column;
        var name = Name("a property");
        if (first.Is("user"))
            return new ApplicationColumn(name.Text);
        if (!first.Is("sys"))
            throw new SqlFilterException(_expression, first.Column, $"'{first.Text}.' is not a scope: use sys. or user.");
        return Enum.TryParse<SystemProperty>(name.Text, ignoreCase: true, out var property)
            && Enum.IsDefined(property)
            && !char.IsDigit(name.Text[0])
            ? new SystemColumn(property)
            : throw new SqlFilterException(
                _expression,
                column,
                $"sys.{name.Text} is not a system property: one of {string.Join(", ", Enum.GetNames<SystemProperty>())}");
    }

    private SqlToken Name(string expected)
    {
        var token = Current;
        if (token.Kind is not (SqlTokenKind.Word or SqlTokenKind.QuotedName) || token.Text.Length == 0 || IsKeyword(token))
            throw Unexpected(expected);
        _at++;
        return token;
    }

    private string Text(string expected)
    {
        var token = Current;
        if (token.Kind != SqlTokenKind.Text)
            throw Unexpected(expected);
        _at++;
        return token.Text;
    }

    private static bool IsKeyword(SqlToken token) =>
        token.Is("AND") || token.Is("OR") || token.Is("NOT") || token.Is("IN") || token.Is("LIKE") || token.Is("IS")
        || token.Is("ESCAPE") || token.Is("NULL") || token.Is("TRUE") || token.Is("FALSE");

    private bool Take(string keywordOrSymbol)
    {
        if (!Current.Is(keywordOrSymbol))
            return false;
        _at++;
        return true;
    }

    private void Expect(string keywordOrSymbol)
    {
        if (!Take(keywordOrSymbol))
            throw Unexpected(keywordOrSymbol);
    }

    private SqlFilterException Unexpected(string expected) =>
        new(_expression, Current.Column, $"expected {expected} but found {Current}");
}
