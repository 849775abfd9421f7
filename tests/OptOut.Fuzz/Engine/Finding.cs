using System.Globalization;
using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>An input that a parser does not bear.</summary>
/// <param name="Run">Which input of the target it was, from 1.</param>
internal sealed record Finding(string Target, ulong Seed, long Run, byte[] Input, byte[] Minimised, Fault Fault)
{
    private const int Shown = 400;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"FINDING in the target {Target}, seed {Seed}, input {Run} of this target");
        text.Append("  ").AppendLine(Fault.Detail.ReplaceLineEndings("\n  "));
        Describe(text, "input", Input);
        if (Minimised.Length < Input.Length)
            Describe(text, "minimised", Minimised);
        text.Append(
            CultureInfo.InvariantCulture,
            $"  again      dotnet run -c Release --project tests/OptOut.Fuzz -- --target {Target} --input {WrittenInput.Write(Minimised)}");
        return text.ToString();
    }

    /// <summary>The bytes as they would be written in a C# string.</summary>
    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes.Length > Shown ? bytes[..Shown] : bytes)
        {
            _ = b switch
            {
                (byte)'\\' or (byte)'"' => text.Append('\\').Append((char)b),
                (byte)'\n' => text.Append("\\n"),
                (byte)'\r' => text.Append("\\r"),
                >= 0x20 and < 0x7F => text.Append((char)b),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}"),
            };
        }

        return bytes.Length > Shown ? $"{text}..." : text.ToString();
    }

    private static void Describe(StringBuilder text, string name, byte[] bytes) => text
        .AppendLine(CultureInfo.InvariantCulture, $"  {name,-10} {bytes.Length} bytes: \"{Escape(bytes)}\"")
        .AppendLine(CultureInfo.InvariantCulture, $"  {"base64",-10} {WrittenInput.Write(bytes)}");
}
