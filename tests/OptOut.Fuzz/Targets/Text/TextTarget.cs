using System.Text;
using OptOut.Fuzz.Engine;

namespace OptOut.Fuzz.Targets;

/// <summary>
/// A parser of text. Bytes that are not UTF-8 become half surrogate pairs, as they come out of JSON, instead of the replacement character.
/// </summary>
internal abstract class TextTarget : FuzzTarget
{
    public sealed override void Run(byte[] input) => Run(Decode(input));

    protected abstract void Run(string text);

    protected static void Require(bool holds, string property) => BrokenPropertyException.ThrowUnless(holds, property);

    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
                text.Append(rune);
            else
                text.Append((char)(0xD800 | (bytes[0] << 3) | (bytes.Length & 7)));
            bytes = bytes[length..];
        }

        return text.ToString();
    }
}
