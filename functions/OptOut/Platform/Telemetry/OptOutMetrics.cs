using System.Diagnostics.Metrics;

namespace OptOut.Platform.Telemetry;

/// <summary>
/// Every metric of the product. A tag is a vendor, a channel or one of a few words, so there are never more than a few hundred series.
/// A tag never identifies a person, not even by subject key.
/// </summary>
internal sealed class OptOutMetrics
{
    public const string MeterName = "OptOut";

    // From imperceptible to one day: Gmail and Yahoo allow two days (https://support.google.com/a/answer/81126).
    private static readonly double[] Seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400];

    private readonly Counter<long> _changes, _outcomes, _signals, _drift, _reconciliations, _backups, _unreadableMails, _ignoredMails,
        _withheldConfirmations;

    private readonly Histogram<double> _stop;
    private readonly Gauge<long> _outbox, _deadLetters, _mismatches;

    public OptOutMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _changes = meter.CreateCounter<long>(
            "optout.changes.recorded", "{change}", "Changes added to the ledgers, each counted once, by the endpoint that received them.");
        _stop = meter.CreateHistogram(
            "optout.stop.duration",
            "s",
            "Time from a person's Stop to the vendor's confirmation.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _outcomes = meter.CreateCounter<long>("optout.vendor.outcomes", "{push}", "Outcomes of pushing a person's state to a vendor.");
        _signals = meter.CreateCounter<long>("optout.vendor.signals", "{event}", "Events that vendors reported through webhooks.");
        _drift = meter.CreateCounter<long>(
            "optout.drift.found",
            "{difference}",
            "Differences that the reconciliation found between our consent state and a vendor's list.");
        _outbox = meter.CreateGauge<long>("optout.outbox.depth", "{message}", "Messages in the outbox after the last sweep.");
        _deadLetters = meter.CreateGauge<long>("optout.deadletters.count", "{message}", "Dead letters at the last count.");
        _reconciliations = meter.CreateCounter<long>("optout.reconciliation.finished", "{run}", "Reconciliation runs, by vendor.");
        _backups = meter.CreateCounter<long>("optout.backup.finished", "{backup}", "Backups that were written to their end.");
        _mismatches = meter.CreateGauge<long>(
            "optout.ledger.mismatches", "{mismatch}", "Entries found altered or missing when the ledgers were last verified.");
        _unreadableMails = meter.CreateCounter<long>(
            "optout.mail.unreadable", "{mail}", "Mails to the unsubscribe host that could not be read.");
        _withheldConfirmations = meter.CreateCounter<long>(
            "optout.confirmation.withheld", "{mail}", "Confirmations to unknown addresses that were not sent, above the hourly limit.");
        _ignoredMails = meter.CreateCounter<long>(
            "optout.mail.ignored", "{mail}", "Mails to the unsubscribe host that certainly request nothing.");
    }

    public void ChangeRecorded(string source, string decision) => _changes.Add(1, new("source", source), new("decision", decision));

    /// <param name="since">Time from the person's decision until now.</param>
    public void StopConfirmed(string vendor, string channel, TimeSpan since) =>
        _stop.Record(Math.Max(0, since.TotalSeconds), new("vendor", vendor), new("channel", channel));

    /// <param name="outcome"><c>confirmed</c>, <c>postponed</c> (slow), <c>transient</c> (tried again later), <c>gave-up</c> or
    /// <c>rejected</c>.</param>
    public void VendorAnswered(string vendor, string outcome) => _outcomes.Add(1, new("vendor", vendor), new("outcome", outcome));

    /// <summary>Counts events of one kind in a verified webhook. A webhook that is sent again is counted again.</summary>
    public void WebhookEvents(string vendor, string kind, int count) => _signals.Add(count, new("vendor", vendor), new("kind", kind));

    public void OutboxSwept(int left) => _outbox.Record(left);

    public void DeadLettersCounted(string subscription, string reason, int count) =>
        _deadLetters.Record(count, new("subscription", subscription), new("reason", reason));

    /// <param name="status">How the vendor's run ended.</param>
    public void VendorReconciled(string vendor, string status) => _reconciliations.Add(1, new("vendor", vendor), new("status", status));

    /// <param name="direction"><c>vendor-only</c> if stopped at the vendor but not here, <c>ours-only</c> for the reverse.</param>
    public void DriftFound(string vendor, string direction, int count) =>
        _drift.Add(count, new("vendor", vendor), new("direction", direction));

    /// <param name="count">Recorded even if zero: a night without a value is a night in which nothing was verified.</param>
    public void LedgerMismatches(string kind, int count) => _mismatches.Record(count, new KeyValuePair<string, object?>("kind", kind));

    /// <param name="hasShrunk">Whether it has far fewer rows than the one before.</param>
    public void BackedUp(bool hasShrunk) =>
        _backups.Add(1, new KeyValuePair<string, object?>("status", hasShrunk ? "Shrunk" : "Complete"));

    public void ConfirmationWithheld() => _withheldConfirmations.Add(1);

    public void MailUnreadable() => _unreadableMails.Add(1);

    /// <param name="kind"><c>automatic-reply</c>, <c>report</c> (a bounce or a receipt) or <c>returned</c> (a mail of ours).</param>
    public void MailIgnored(string kind) => _ignoredMails.Add(1, new KeyValuePair<string, object?>("kind", kind));
}
