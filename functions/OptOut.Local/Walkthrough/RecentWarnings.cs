using Microsoft.Extensions.Logging;

namespace OptOut.Local.Walkthrough;

/// <summary>Keeps the latest warnings and errors in memory and prints nothing. They are shown only when a step fails.</summary>
internal sealed class RecentWarnings : ILoggerProvider
{
    private const int MaxLines = 20;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines];
        }
    }

    public void Use(ILoggingBuilder builder) => builder.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(this);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
        // Nothing to dispose.
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            if (_lines.Count == MaxLines)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    private sealed class Logger(RecentWarnings log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Add($"{logLevel}, {category}: "
                    + $"{formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
            }
        }
    }
}
