namespace OptOut.Local;

/// <summary>
/// Thrown when this machine lacks something, or a port or file is already in use. The message is shown to the user: it states the problem
/// and the fix, without a stack trace.
/// </summary>
internal sealed class CannotStartException(string message, Exception? inner = null) : Exception(message, inner);
