using Microsoft.Extensions.Logging;

namespace OptOut.Fuzz.Product;

/// <summary>Keeps the exception of the last error: the host answers 500 and logs it.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    public Exception? Last { get; set; }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error && exception is not null)
            Last = exception;
    }

    public void Dispose()
    {
        // Nothing is open.
    }
}
