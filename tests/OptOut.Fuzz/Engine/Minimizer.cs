using System.Diagnostics;

namespace OptOut.Fuzz.Engine;

/// <summary>Makes an input with a fault as short as it can in a few seconds, with the same fault.</summary>
internal static class Minimizer
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    public static byte[] Minimize(byte[] input, Func<byte[], bool> hasFault)
    {
        var start = Stopwatch.GetTimestamp();
        for (var size = Math.Max(1, input.Length / 2); ; size /= 2)
        {
            for (var at = 0; at < input.Length && Stopwatch.GetElapsedTime(start) < MaxTime;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(at + size, input.Length))];
                if (hasFault(shorter))
                    input = shorter;
                else
                    at += size;
            }

            if (size <= 1 || Stopwatch.GetElapsedTime(start) >= MaxTime)
                return input;
        }
    }
}
