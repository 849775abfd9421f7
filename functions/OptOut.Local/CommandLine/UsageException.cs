namespace OptOut.Local.CommandLine;

/// <summary>Thrown when options conflict. The message names them and states what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
