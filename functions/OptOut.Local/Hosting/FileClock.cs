using System.Globalization;

namespace OptOut.Local.Hosting;

/// <summary>
/// The machine's clock plus the seconds in a file, which may be negative. The file is read at every use, so a test can step the clock of one
/// process while it runs; replace the file by a rename, because half a number is an error. Durations and timers are not affected, as when a
/// real clock is set.
/// </summary>
internal sealed class FileClock(string path) : TimeProvider
{
    /// <exception cref="FormatException">The file does not contain a number.</exception>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset();

    private TimeSpan Offset() => File.Exists(path)
        ? TimeSpan.FromSeconds(double.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture))
        : TimeSpan.Zero;
}
