using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>
/// The texts, characters and numbers in the code of types: what a parser compares its input with. A condition on two odd characters in
/// a row is out of reach of random bytes, and near with these.
/// </summary>
internal static class CodeWords
{
    private const int MaxText = 80;

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o =>
            o.Value);

    /// <param name="prefixes">Full names of types and namespaces, or their beginnings.</param>
    public static IEnumerable<byte[]> Of(IReadOnlyList<string> prefixes) => AppDomain.CurrentDomain.GetAssemblies()
        .Where(a => a.GetName().Name is "OptOut" or "OptOut.Local" or "OptOut.Functions" && IsHere(a))
        .SelectMany(a => a.GetTypes())
        .Where(t => prefixes.Any(p => t.FullName!.StartsWith(p, StringComparison.Ordinal)))
        .SelectMany(t => t.GetMethods(Everything).Concat<MethodBase>(t.GetConstructors(Everything)))
        .SelectMany(Words)
        .Where(w => w.Length is > 0 and <= MaxText)
        .Distinct(StringComparer.Ordinal)
        .Select(Encoding.UTF8.GetBytes);

    private static bool IsHere(Assembly assembly) =>
        System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(assembly)
            == System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(typeof(CodeWords).Assembly);

    private static IEnumerable<string> Words(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            yield break;
        for (var at = 0; at < code.Length;)
        {
            var opcode = code[at] == 0xFE ? OpCodesByValue[(short)(0xFE00 | code[at + 1])] : OpCodesByValue[code[at]];
            at += opcode.Size;
            if (opcode == OpCodes.Ldstr)
                yield return method.Module.ResolveString(BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)));
            else if (opcode == OpCodes.Ldc_I4_S && code[at] >= 9)
                yield return ((char)code[at]).ToString();
            else if (opcode == OpCodes.Ldc_I4 && BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at)) is > 0 and var value)
                yield return Character(value);
            at += Length(opcode, code, at);
        }
    }

    private static string Character(int value) => Rune.IsValid(value) ? new Rune(value).ToString() : "";

    private static int Length(OpCode opcode, byte[] code, int at) => opcode.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at))),
        _ => 4,
    };
}
