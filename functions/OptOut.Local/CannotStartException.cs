namespace OptOut.Local;

/// <summary>Something this machine lacks or already uses. The message is for the person at the keyboard: what is wrong and what mends it, without a stack trace.</summary>
internal sealed class CannotStartException(string message, Exception? inner = null) : Exception(message, inner);
