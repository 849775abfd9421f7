using System.Globalization;

namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>
/// Converts AMQP values to the types that SQL compares: long, double, string, bool, Guid, DateTimeOffset. Any other type becomes null, so
/// that a comparison with it is unknown rather than an error.
/// </summary>
internal static class SqlValue
{
    public static object? From(object? value) => value switch
    {
        null => null,
        string or bool or long or double or Guid or DateTimeOffset => value,
        byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => number <= long.MaxValue ? (long)number : (object)(double)number,
        float number => (double)number,
        decimal number => (double)number,
        char letter => letter.ToString(),
        DateTime moment => new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)),
        Amqp.Types.Symbol symbol => symbol.ToString(),
        _ => null,
    };

    /// <summary>Less than, equal to or greater than zero; null if the two cannot be compared, which is SQL's unknown.</summary>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => CompareNumbers(a, b),
        (double a, long b) => CompareNumbers(a, b),
        (double a, double b) => CompareNumbers(a, b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (Guid a, Guid b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        _ => null,
    };

    /// <summary>Like <see cref="Compare"/>, but also supports booleans, which have equality but no order.</summary>
    public static bool? AreEqual(object? left, object? right) => (left, right) switch
    {
        (bool a, bool b) => a == b,
        _ => Compare(left, right) is { } order ? order == 0 : null,
    };

    private static int? CompareNumbers(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
}
