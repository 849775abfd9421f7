using CsCheck;
using OptOut.Emulators.ServiceBus.Filters;

namespace OptOut.Tests.ServiceBus;

public sealed class SqlFilterTests
{
    [Theory]
    [InlineData("a = 'x'", true)]
    [InlineData("a <> 'x'", false)]
    [InlineData("a != 'X'", true)] // strings are case-sensitive
    [InlineData("A = 'x'", true)] // names are not
    [InlineData("user.a = 'x' AND [a] = 'x' AND \"a\" = 'x'", true)]
    [InlineData("n = 5 AND n < 6 AND n <= 5 AND n > 4 AND n >= 5 AND NOT n <> 5", true)]
    [InlineData("n = 5.0 AND d = 2.5 AND d > 2 AND d < 26e-1 AND -1 < n AND +.5 < n", true)]
    [InlineData("n IN (1, 5)", true)]
    [InlineData("n NOT IN (1, 5)", false)]
    [InlineData("a IN ('y', 'z')", false)]
    [InlineData("long LIKE '%100%' AND long LIKE 'it''s 100!% sure' ESCAPE '!' AND long NOT LIKE '%200%'", true)]
    [InlineData("long LIKE '%100_ sure' AND long NOT LIKE '100'", true)]
    [InlineData("missing IS NULL AND a IS NOT NULL AND nothing IS NULL", true)]
    [InlineData("EXISTS(a) AND NOT EXISTS(missing) AND EXISTS(nothing) AND NOT EXISTS(sys.To)", true)]
    [InlineData("missing = 'x'", null)]
    [InlineData("NOT missing = 'x'", null)]
    [InlineData("missing = 'x' OR a = 'x'", true)]
    [InlineData("missing = 'x' AND a = 'y'", false)]
    [InlineData("missing = missing", null)]
    [InlineData("a = NULL", null)]
    [InlineData("a IN (NULL, 'x')", true)]
    [InlineData("a IN (NULL, 'y')", null)]
    [InlineData("a NOT IN (NULL, 'y')", null)]
    [InlineData("missing LIKE '%'", null)]
    [InlineData("a = 5", null)] // a string and a number cannot be compared
    [InlineData("yes AND NOT no", true)]
    [InlineData("a", null)] // present, but not a Boolean
    [InlineData("yes = TRUE AND no <> true", true)]
    [InlineData("yes < TRUE", null)]
    [InlineData("TRUE OR FALSE", true)]
    [InlineData("1 = 1", true)]
    [InlineData("a = 'y' AND a = 'y' OR a = 'x'", true)] // AND binds tighter than OR
    [InlineData("a = 'y' AND (a = 'y' OR a = 'x')", false)]
    [InlineData("NOT a = 'y' AND a = 'x'", true)] // NOT binds tighter than AND
    [InlineData("not (a = 'x' and n = 5)", false)]
    [InlineData("sys.Label = 'change' AND sys.messageid = 'm' AND sys.To IS NULL", true)]
    public void A_filter_is_true_false_or_unknown(string expression, bool? expected) =>
        Assert.Equal(expected, SqlParser.Parse(expression).Evaluate(Message));

    [Theory]
    [InlineData("", 1, "expected a property but found the end")]
    [InlineData("a = ", 5, "expected a property but found the end")]
    [InlineData("a = 'x", 5, "the string that starts here is not closed")]
    [InlineData("[a = 1", 1, "the name that starts here is not closed")]
    [InlineData("a = 1 b = 2", 7, "expected AND, OR or the end but found 'b'")]
    [InlineData("(a = 1", 7, "expected ) but found the end")]
    [InlineData("a IN ()", 7, "expected a property but found ')'")]
    [InlineData("a IN (1, )", 10, "expected a property")]
    [InlineData("a LIKE 5", 8, "expected a pattern in quotes but found '5'")]
    [InlineData("a LIKE 'x' ESCAPE 'ab'", 19, "an escape is exactly one character")]
    [InlineData("a NOT = 1", 7, "expected IN or LIKE but found '='")]
    [InlineData("a IS 5", 6, "expected NULL but found '5'")]
    [InlineData("sys.Colour = 'x'", 5, "sys.Colour is not a system property: one of MessageId")]
    [InlineData("sys.3 = 'x'", 4, "expected")]
    [InlineData("other.a = 'x'", 1, "'other.' is not a scope: use sys. or user.")]
    [InlineData("a = 1.2.3", 5, "'1.2.3' is not a number")]
    [InlineData("a = 1; DROP", 6, "';' is not part of the filter language")]
    [InlineData("a * 2 = 4", 3, "'*' is not part of the filter language")]
    [InlineData("a = 1 + 2", 7, "expected AND, OR or the end but found '+'")]
    [InlineData("5", 2, "expected a comparison but found the end")]
    [InlineData("AND = 1", 1, "expected a property but found 'AND'")]
    public void An_invalid_filter_is_rejected_with_the_column_and_the_reason(string expression, int column, string problem)
    {
        var thrown = Assert.Throws<SqlFilterException>(() => SqlParser.Parse(expression));
        Assert.Equal(column, thrown.Column);
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(expression, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deeply_nested_filter_is_rejected_instead_of_overflowing_the_stack() =>
        Assert.Throws<SqlFilterException>(() => SqlParser.Parse(new string('(', 100_000)));

    [Fact]
    public void Any_sequence_of_tokens_is_a_filter_or_a_filter_error() =>
        Gen.OneOf(
            "a",
            "AND",
            "OR",
            "NOT",
            "(",
            ")",
            "=",
            "<>",
            "'x'",
            "5",
            ",",
            "IN",
            "LIKE",
            "IS",
            "NULL",
            "EXISTS",
            "sys",
            ".",
            "Label",
            "[b]",
            "-",
            "TRUE",
            "§")
            .Array[0, 12]
            .Select(tokens => string.Join(' ', tokens))
            .Sample(text =>
            {
                try
                {
                    _ = SqlParser.Parse(text).Evaluate(Message);
                }
                catch (SqlFilterException problem)
                {
                    Assert.InRange(problem.Column, 1, text.Length + 1);
                }
            });

    /// <summary>
    /// Compares any combination of AND, OR and NOT with an independent calculation: false is 0, unknown 1, true 2;
    /// AND is the minimum, OR the maximum, NOT is 2 - x. These are Kleene's tables in a form that differs from the code's.
    /// </summary>
    [Fact]
    public void Three_valued_logic_follows_Kleenes_tables() =>
        Formulas(4).Sample(
            formula =>
            {
                bool? expected = formula.Value switch { 0 => false, 1 => null, _ => true };
                Assert.Equal(expected, SqlParser.Parse(formula.Text).Evaluate(Message));
            },
            iter: 2_000);

    private static readonly FilteredMessage Message = new(
        new Dictionary<SystemProperty, string?> { [SystemProperty.Label] = "change", [SystemProperty.MessageId] = "m" },
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["a"] = "x",
            ["n"] = 5,
            ["d"] = 2.5f,
            ["long"] = "it's 100% sure",
            ["yes"] = true,
            ["no"] = false,
            ["nothing"] = null,
        });

    private sealed record Formula(string Text, int Value);

    private static Gen<Formula> Formulas(int depth)
    {
        var leaf = Gen.OneOf(
            new Formula("a = 'x'", 2),
            new Formula("n < 5", 0),
            new Formula("missing = 1", 1),
            new Formula("a > 1", 1),
            new Formula("missing IS NULL", 2));
        if (depth == 0)
            return leaf;
        var smaller = Formulas(depth - 1);
        return Gen.OneOf(
            leaf,
            smaller.Select(f => new Formula($"NOT ({f.Text})", 2 - f.Value)),
            Gen.Select(smaller, smaller, (l, r) => new Formula($"({l.Text}) AND ({r.Text})", Math.Min(l.Value, r.Value))),
            Gen.Select(smaller, smaller, (l, r) => new Formula($"({l.Text}) OR ({r.Text})", Math.Max(l.Value, r.Value))));
    }
}
