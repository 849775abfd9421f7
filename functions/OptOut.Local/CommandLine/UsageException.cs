namespace OptOut.Local.CommandLine;

/// <summary>The command line cannot be understood. The message says what is wrong with it and what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>What the program ends with, as is the custom for wrong usage; 1 is for what fails later.</summary>
    public const int ExitCode = 2;
}
