using System.Text;

namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>Splits a SQL filter into tokens.</summary>
internal static class SqlLexer
{
    public static IReadOnlyList<SqlToken> Read(string expression)
    {
        var tokens = new List<SqlToken>();
        var at = 0;
        while (true)
        {
            while (at < expression.Length && char.IsWhiteSpace(expression[at]))
                at++;
            if (at == expression.Length)
            {
                tokens.Add(new SqlToken(SqlTokenKind.End, "", at + 1));
                return tokens;
            }

            tokens.Add(Next(expression, ref at));
        }
    }

    private static SqlToken Next(string expression, ref int at)
    {
        var start = at;
        var letter = expression[at];
        return letter switch
        {
            '\'' => new SqlToken(SqlTokenKind.Text, Delimited(expression, ref at, '\'', "string"), start + 1),
            '"' => new SqlToken(SqlTokenKind.QuotedName, Delimited(expression, ref at, '"', "name"), start + 1),
            '[' => new SqlToken(SqlTokenKind.QuotedName, Delimited(expression, ref at, ']', "name"), start + 1),
            _ when IsDigit(expression, at) || (letter == '.' && IsDigit(expression, at + 1)) =>
                new SqlToken(SqlTokenKind.Number, Number(expression, ref at), start + 1),
            _ when IsNameStart(letter) => new SqlToken(SqlTokenKind.Word, Word(expression, ref at), start + 1),
            _ => new SqlToken(SqlTokenKind.Symbol, Symbol(expression, ref at), start + 1),
        };
    }

    // A doubled closing delimiter stands for the character itself: 'it''s', [a]]b].
    private static string Delimited(string expression, ref int at, char close, string what)
    {
        var start = at++;
        var text = new StringBuilder();
        while (at < expression.Length)
        {
            if (expression[at] != close)
            {
                text.Append(expression[at++]);
            }
            else if (at + 1 < expression.Length && expression[at + 1] == close)
            {
                text.Append(close);
                at += 2;
            }
            else
            {
                at++;
                return text.ToString();
            }
        }

        throw new SqlFilterException(expression, start + 1, $"the {what} that starts here is not closed");
    }

    private static string Number(string expression, ref int at)
    {
        var start = at;
        while (IsDigit(expression, at) || (at < expression.Length && expression[at] == '.'))
            at++;
        if (at < expression.Length && expression[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < expression.Length && expression[exponent] is '+' or '-')
                exponent++;
            if (IsDigit(expression, exponent))
            {
                at = exponent;
                while (IsDigit(expression, at))
                    at++;
            }
        }

        return expression[start..at];
    }

    private static string Word(string expression, ref int at)
    {
        var start = at;
        while (at < expression.Length && (IsNameStart(expression[at]) || char.IsDigit(expression[at]) || expression[at] == '_'))
            at++;
        return expression[start..at];
    }

    private static string Symbol(string expression, ref int at)
    {
        if (at + 1 < expression.Length && expression.Substring(at, 2) is "<>" or "!=" or "<=" or ">=")
        {
            at += 2;
            return expression.Substring(at - 2, 2);
        }

        if (expression[at] is '=' or '<' or '>' or '(' or ')' or ',' or '.' or '-' or '+')
            return expression[at++].ToString();
        throw new SqlFilterException(expression, at + 1, $"'{expression[at]}' is not part of the filter language");
    }

    private static bool IsNameStart(char letter) => char.IsLetter(letter);

    private static bool IsDigit(string expression, int at) => at < expression.Length && char.IsAsciiDigit(expression[at]);
}
