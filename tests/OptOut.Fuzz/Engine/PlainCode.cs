using System.Globalization;
using System.Runtime.Loader;
using OptOut.Fuzz.Product;

namespace OptOut.Fuzz.Engine;

/// <summary>What is wrong with an input. Texts only, because it passes from one copy of this program to the other.</summary>
/// <param name="Key">The same for two inputs with the same cause, as far as one can tell.</param>
/// <param name="Detail">What happened, for a person.</param>
internal sealed record Fault(string Key, string Detail);

/// <summary>The product as it was built, beside the instrumented copy: here an input is judged again before it counts.</summary>
internal static class PlainCode
{
    private const int Repeats = 40;

    private static readonly Func<string, byte[], string[]> Judge = Bind<Func<string, byte[], string[]>>(nameof(JudgeHere));
    private static readonly Action StartProduct = Bind<Action>(nameof(StartHere));
    private static readonly Func<string, byte[][]> FindWords = Bind<Func<string, byte[][]>>(nameof(WordsHere));

    public static void Start() => StartProduct();

    public static void StartHere() => _ = ProductInMemory.Instance;

    /// <returns>Null if there is nothing wrong with the input.</returns>
    public static Fault? FaultOf(FuzzTarget target, byte[] input) =>
        Judge(target.Name, input) is [var key, var detail] ? new Fault(key, detail) : null;

    /// <summary>The words in the target's code. The instrumented copy has other numbers in it.</summary>
    public static byte[][] WordsOf(FuzzTarget target) => FindWords(target.Name);

    public static string[] JudgeHere(string name, byte[] input)
    {
        var target = AllTargets.Find(name);
        var first = Measured.Run(target, input);
        if (first.Failure is { } failure)
            return [$"{failure.GetType()} {Place(failure)}", failure.ToString()];

        // On a busy machine time passes without us: only processor time counts, and only if it is too much each time. The code that runs
        // here first is not compiled, and then not optimised: that takes some thirty runs.
        var least = first.Time;
        for (var i = 0; i < Repeats && least > Measured.MaxTime; i++)
            least = Measured.Run(target, input, processor: true) is var again && again.Processor < again.Time ? again.Processor
                : again.Time;
        if (least > Measured.MaxTime)
        {
            return ["slow", string.Create(
                CultureInfo.InvariantCulture,
                $"Takes {least.TotalMilliseconds:F0} ms of processor time for {input.Length} bytes; the most is {Measured.MaxTime.TotalMilliseconds} ms.")];
        }

        var (allocated, limit) = (Math.Min(first.Allocated, Measured.Run(target, input).Allocated), LimitOf(target, input));
        return allocated <= limit ? [] : ["memory", string.Create(
            CultureInfo.InvariantCulture, $"Allocates {allocated} bytes for {input.Length} bytes; the limit of the target is {limit}.")];
    }

    public static byte[][] WordsHere(string name) => [.. CodeWords.Of(AllTargets.Find(name).Code)];

    public static long LimitOf(FuzzTarget target, byte[] input) => target.Memory.Fixed + (long)target.Memory.PerByte * input.Length;

    // Where in the product; a broken property is known by its text.
    private static string Place(Exception failure) => failure.StackTrace?.Split('\n')
        .Select(line => line.Trim().Split(" in ")[0])
        .FirstOrDefault(line => line.StartsWith("at OptOut.", StringComparison.Ordinal)
            && !line.StartsWith("at OptOut.Fuzz.", StringComparison.Ordinal)) ?? failure.Message;

    private static T Bind<T>(string method)
        where T : Delegate =>
        AssemblyLoadContext.Default.LoadFromAssemblyName(typeof(PlainCode).Assembly.GetName())
            .GetType(typeof(PlainCode).FullName!)!
            .GetMethod(method)!
            .CreateDelegate<T>();
}
