using Microsoft.Extensions.Logging;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>The services that topics and queues share: the clock, the timer and the journal.</summary>
internal sealed partial class BrokerServices(TimeProvider time, ILogger log, Action onTimer) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfterJournalFailure = TimeSpan.FromSeconds(1);

    public DateTimeOffset Now => time.GetUtcNow();

    public DeadlineTimer Timer { get; } = new(time, onTimer);

    /// <summary>Null while replaying, and if the bus is in memory only.</summary>
    public Journal? Journal { get; set; }

    /// <summary>Appends to the journal. Call before changing the state: if this throws, nothing may have changed.</summary>
    /// <exception cref="IOException">The disk write failed.</exception>
    public void WriteToJournal(params ReadOnlySpan<JournalEntry> entries) => Journal?.Write(entries);

    /// <summary>For work without a caller that could get the exception: logs it, and retries when the timer fires.</summary>
    public void ReportJournalFailure(IOException problem)
    {
        JournalFailed(log, problem);
        Timer.FireBy(Now + RetryAfterJournalFailure);
    }

    public async ValueTask DisposeAsync()
    {
        await Timer.DisposeAsync();
        Journal?.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "The Service Bus journal could not be written; deliveries are delayed until it can be.")]
    private static partial void JournalFailed(ILogger log, Exception problem);
}
