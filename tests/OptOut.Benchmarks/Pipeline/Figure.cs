using System.Globalization;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>A line of the table: what was measured, and how many times the floor of the same run it is.</summary>
internal static class Figure
{
    public static void Head() => Console.WriteLine($"{"",-58}{"measured",22}{"floor",22}{"ratio",8}  goal");

    public static void Print(string what, string measured, string floor, double ratio, string goal) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-58}{measured,22}{floor,22}{ratio,8:N2}  {goal}"));

    public static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N2} s");

    public static string Rate(Timing timing) =>
        string.Create(CultureInfo.InvariantCulture, $"{timing.PerSecond:N0}/s p99 {timing.P99:N0} ms");

    public static string Milliseconds(double time) => string.Create(CultureInfo.InvariantCulture, $"{time:N0} ms");
}
