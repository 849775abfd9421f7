using Microsoft.Extensions.Logging;
using OptOut.Emulators.ServiceBus.Journaling;

namespace OptOut.Emulators.ServiceBus.Entities;

/// <summary>What topics and queues share: the clock, the alarm and the journal.</summary>
internal sealed partial class BrokerServices(TimeProvider time, ILogger log, Action ring) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfterJournalFailure = TimeSpan.FromSeconds(1);

    public DateTimeOffset Now => time.GetUtcNow();

    public Alarm Alarm { get; } = new(time, ring);

    /// <summary>Null: memory only, or replaying.</summary>
    public Journal? Journal { get; set; }

    /// <summary>Appends before the state changes. When it throws, nothing may have changed.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Write(params ReadOnlySpan<JournalEntry> entries) => Journal?.Write(entries);

    /// <summary>For work that has no caller to tell: it is logged, and tried again when the alarm rings.</summary>
    public void ReportJournalFailure(IOException problem)
    {
        JournalFailed(log, problem);
        Alarm.RingBy(Now + RetryAfterJournalFailure);
    }

    public async ValueTask DisposeAsync()
    {
        await Alarm.DisposeAsync();
        Journal?.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "The Service Bus journal could not be written; deliveries wait.")]
    private static partial void JournalFailed(ILogger log, Exception problem);
}
