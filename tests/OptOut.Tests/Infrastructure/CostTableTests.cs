using System.Globalization;
using System.Text.RegularExpressions;

namespace OptOut.Tests.Infrastructure;

/// <summary>Recalculates the README's cost table from its price table.</summary>
public sealed partial class CostTableTests
{
    // How many a month, and the share of them that comes in bursts.
    private static readonly (double Number, double Share)[] OptOuts = [(1e4, 0), (1e6, 0), (1e6, 0.8), (1e8, 1)];

    private readonly string _readme = File.ReadAllText(Path.Combine(Templates.Source, "README.md"));

    [Fact]
    public void Every_cell_of_the_cost_table_follows_from_the_prices()
    {
        var (e, g, r, t, d, l, p, a) = (
            Price("E")[0], Price("G")[0], Price("R")[0], Price("T")[0], Price("D")[0], Price("L")[0], Price("P")[0], Price("A")[0]);
        double[] b = Price("B"), f = Price("F"), n = Price("N");
        const double Month = 2_628_000;

        var executions = Row("executions", (x, s) => (((1 - s) * 4 * x) + (s * 1.2 * x) + 43_200 - 250_000) / 1e6 * e);
        var compute = Row("compute", (x, s) => (((((1 - s) * 4 * x * 1) + (s * x * 0.1) + (43_200 * 1)) * 0.5) - 100_000) * g);
        var transactions = Row("transactions", (x, _) => 12 * x / 1e4 * t);
        var data = Row("data after a year", (x, _) => 12 * x * 4e3 / 1e9 * d);
        var logs = Row("logs", (x, _) => ((x * 5e3 * (x < 1e8 ? 1 : 0.05) / 1e9) - 5) * l);
        var alerts = Row("alerts", (_, _) => a);
        var both = Sum("**the same for both**", i => executions[i] + compute[i] + transactions[i] + data[i] + logs[i] + alerts[i]);

        var standard = Row("bus, Standard", (x, _) => Bus(10 * x / 1e6));
        var small = Row("one instance of 0.5 GB always ready", (_, _) => 0.5 * Month * r);
        Sum("**public, without Front Door (dev)**", i => both[i] + standard[i] + small[i]);

        var premium = Row("bus, Premium", (_, _) => p);
        var ready = Row("6 instances of 2 GB always ready", (_, _) => 6 * 2 * Month * r);
        var network = Row("endpoints, zones, outbound traffic", (_, _) => (6 * n[0]) + (4 * n[1]) + n[2]);
        var frontDoor = Row("Front Door Premium", (x, _) => f[0] + (2 * x / 1e4 * f[1]) + (x * 10e3 / 1e9 * f[2]));
        Sum("**private, with Front Door Premium (prod)**", i => both[i] + premium[i] + ready[i] + network[i] + frontDoor[i]);

        double Bus(double millions) => b[0]
            + (Between(millions, 13, 100) * b[1])
            + (Between(millions, 100, 2500) * b[2])
            + (Between(millions, 2500, double.MaxValue) * b[3]);
    }

    private static double Between(double amount, double from, double to) => Math.Max(0, Math.Min(amount, to) - from);

    private double[] Sum(string label, Func<int, double> of) => Check(label, [.. Enumerable.Range(0, OptOuts.Length).Select(of)]);

    private double[] Row(string label, Func<double, double, double> of) =>
        Check(label, [.. OptOuts.Select(o => Math.Max(0, of(o.Number, o.Share)))]);

    private double[] Check(string label, double[] worked)
    {
        var cells = Assert.Single(_readme.Split('\n'), line => line.StartsWith($"| {label} |", StringComparison.Ordinal)).Split('|')[3..7]
            .Select(cell => double.Parse(cell.Trim(' ', '*'), NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        Assert.Equal(
            (label, string.Join(' ', worked.Select(w => Math.Round(w, MidpointRounding.AwayFromZero)))), (label, string.Join(' ', cells)));
        return worked;
    }

    private double[] Price(string letter) =>
        [
            .. Number().Matches(
                    Assert.Single(_readme.Split('\n'), line => line.StartsWith($"| {letter} |", StringComparison.Ordinal)).Split('|')[3])
                .Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)),
        ];

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
