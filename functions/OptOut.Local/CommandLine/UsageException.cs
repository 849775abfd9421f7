namespace OptOut.Local.CommandLine;

/// <summary>The options do not go together. The message says which, and what to write instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
