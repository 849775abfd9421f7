using OptOut.Local.CommandLine;

namespace OptOut.Tests.CommandLine;

internal static class Line
{
    /// <summary>Parses a command line without running it.</summary>
    public static Arguments Read(params string[] args)
    {
        var command = new LocalCommand((_, _) => Task.FromResult(0));
        var line = command.Parse(args);
        Assert.Empty(line.Errors);
        return command.Read(line);
    }
}
