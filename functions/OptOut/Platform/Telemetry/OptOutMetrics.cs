using System.Diagnostics.Metrics;

namespace OptOut.Platform.Telemetry;

/// <summary>
/// Every metric of the product. A tag names a vendor, a channel or one of a few words, so that there are never more than some hundreds of series;
/// nothing in a tag tells of a person, not even a subject key.
/// </summary>
internal sealed class OptOutMetrics
{
    public const string MeterName = "OptOut";

    // From what a person does not notice to a day: Gmail and Yahoo give two days (https://support.google.com/a/answer/81126).
    private static readonly double[] Seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400];

    private readonly Counter<long> _changes, _outcomes, _signals, _drift, _reconciliations, _unreadableMails;
    private readonly Histogram<double> _stop;
    private readonly Gauge<long> _outbox, _deadLetters, _mismatches;

    public OptOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _changes = meter.CreateCounter<long>("optout.changes.recorded", "{change}", "Changes the ledgers took up, each once, by the endpoint they came in by.");
        _stop = meter.CreateHistogram(
            "optout.stop.duration", "s", "From a person's Stop to the vendor's confirmation of it.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _outcomes = meter.CreateCounter<long>("optout.vendor.outcomes", "{push}", "What vendors answered to pushes of a person's state.");
        _signals = meter.CreateCounter<long>("optout.vendor.signals", "{event}", "What vendors told of their own accord.");
        _drift = meter.CreateCounter<long>("optout.drift.found", "{difference}", "Differences the reconciliation found between our consent and a vendor's list.");
        _outbox = meter.CreateGauge<long>("optout.outbox.depth", "{message}", "Messages waiting for the bus, when last swept.");
        _deadLetters = meter.CreateGauge<long>("optout.deadletters.count", "{message}", "Dead letters, when last counted.");
        _reconciliations = meter.CreateCounter<long>("optout.reconciliation.finished", "{run}", "Runs of the reconciliation over a vendor.");
        _mismatches = meter.CreateGauge<long>("optout.ledger.mismatches", "{mismatch}", "What was altered or missing when the ledgers were last verified.");
        _unreadableMails = meter.CreateCounter<long>("optout.mail.unreadable", "{mail}", "Mails to the unsubscribe host that came in a form that could not be read.");
    }

    public void ChangeRecorded(string source, string decision) => _changes.Add(1, new("source", source), new("decision", decision));

    /// <param name="since">From the person's decision to now.</param>
    public void StopConfirmed(string vendor, string channel, TimeSpan since) =>
        _stop.Record(Math.Max(0, since.TotalSeconds), new("vendor", vendor), new("channel", channel));

    /// <param name="outcome"><c>confirmed</c>, <c>transient</c> (tried again later), <c>gave-up</c> or <c>rejected</c>.</param>
    public void VendorAnswered(string vendor, string outcome) => _outcomes.Add(1, new("vendor", vendor), new("outcome", outcome));

    /// <summary>Events of one kind in a verified webhook. A webhook that is sent again counts again.</summary>
    public void WebhookEvents(string vendor, string kind, int count) => _signals.Add(count, new("vendor", vendor), new("kind", kind));

    public void OutboxSwept(int left) => _outbox.Record(left);

    public void DeadLettersCounted(string subscription, string reason, int count) =>
        _deadLetters.Record(count, new("subscription", subscription), new("reason", reason));

    /// <param name="status">How the vendor's run ended.</param>
    public void VendorReconciled(string vendor, string status) => _reconciliations.Add(1, new("vendor", vendor), new("status", status));

    /// <param name="direction"><c>vendor-only</c> where the vendor stopped and we had not, <c>ours-only</c> the other way round.</param>
    public void DriftFound(string vendor, string direction, int count) => _drift.Add(count, new("vendor", vendor), new("direction", direction));

    /// <param name="count">Zero too: a night without a value is a night in which nothing was verified.</param>
    public void LedgerMismatches(string kind, int count) => _mismatches.Record(count, new KeyValuePair<string, object?>("kind", kind));

    public void MailUnreadable() => _unreadableMails.Add(1);
}
