using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Vendors;

/// <summary>Records the events that vendors send us. An event that is sent again is recorded once.</summary>
internal sealed partial class SignalIntake(
    IdentifierIntake intake,
    DriftIntake drifts,
    ExternalSuppressionStore suppressions,
    WebhookEventTally tally,
    IEnumerable<IVendor> vendors,
    OptOutMetrics metrics,
    ILogger<SignalIntake> logger)
{
    // A webhook with thousands of events must be answered before the vendor times out. Each person costs three reads or writes and a
    // message, some 5 ms each in Azure.
    private const int Parallelism = 32;

    private readonly Dictionary<string, Channel> _channels = vendors.ToDictionary(v => v.Name, v => v.Channel, StringComparer.Ordinal);

    /// <returns>Whether everything is durable; if not, the vendor must send all of it again.</returns>
    /// <exception cref="Platform.StoreUnavailableException">
    /// The store is unavailable, and something needs it: every event but a Stop. The Stops may be recorded.
    /// </exception>
    public async Task<bool> RecordAsync(string vendor, VendorSignals signals, CancellationToken cancellationToken)
    {
        foreach (var (kind, count) in signals.Counts.Where(c => c.Count > 0))
            metrics.WebhookEvents(vendor, kind, count);
        if (signals.Unreadable > 0)
            LogUnreadable(vendor, signals.Unreadable);
        if (signals.Unknown > 0)
            LogUnknown(vendor, signals.Unknown);

        var (notSaved, alreadyStopped) = (0, 0);
        PersonSignals[] people = [.. ByPerson(signals)];
        await Parallel.ForEachAsync(
            people,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (one, token) =>
            {
                foreach (var signal in one.Signals)
                {
                    if (await intake.RecordAsync(Stop(vendor, signal), WaitFor.Durable) is null)
                        Interlocked.Increment(ref notSaved);
                }

                // The person's own action at the vendor takes precedence: a refusal may only be its consequence.
                if (one.Signals.Count == 0 && one.Drift is { } drift)
                    Count(await drifts.HandleRefusalAsync(vendor, drift, token));
                if (one.Resubscribed)
                    Count(await drifts.HandleResubscriptionAsync(one.Who, ChannelsOf(vendor, one.Who), token));
                if (one.Bounce is { } bounce)
                {
                    await suppressions.SetAsync(
                        new ExternalSuppression(one.Who, ExternalSuppression.BounceOrigin(vendor), ChannelsOf(vendor, one.Who), bounce.At),
                        token);
                }
            });
        if (alreadyStopped > 0)
            LogSentWithoutCheck(vendor, alreadyStopped);
        await tally.AddAsync(vendor, signals.Unreadable, signals.Unknown, cancellationToken);
        return notSaved == 0;

        void Count(DriftOutcome outcome)
        {
            if (outcome == DriftOutcome.NotSaved)
                Interlocked.Increment(ref notSaved);
            if (outcome == DriftOutcome.AlreadyStopped)
                Interlocked.Increment(ref alreadyStopped);
        }
    }

    // One refusal or bounce per person is enough, however many there are.
    private static IEnumerable<PersonSignals> ByPerson(VendorSignals signals)
    {
        var (stops, drifts, bounces) = (
            signals.Signals.ToLookup(s => s.Identifier),
            signals.Drifts.ToLookup(d => d.Identifier),
            signals.Bounces.ToLookup(b => b.Identifier));
        var resubscribed = signals.Resubscribed.ToHashSet();
        return stops.Select(g => g.Key).Concat(drifts.Select(g => g.Key)).Concat(bounces.Select(g => g.Key)).Concat(resubscribed).Distinct()
            .Select(who => new PersonSignals(
                who, [.. stops[who]], drifts[who].MinBy(d => d.At), bounces[who].MaxBy(b => b.At), resubscribed.Contains(who)));
    }

    private static IdentifierStop Stop(string vendor, VendorSignal signal) => new(
        signal.Identifier,
        signal.Stop,
        signal.At,
        Source.VendorWebhook,
        new ChangeEvidence(Vendor: vendor, Reference: signal.EventKey),
        $"{vendor}:{signal.EventKey}");

    private IReadOnlyList<Channel> ChannelsOf(string vendor, Identifier who) =>
        _channels.TryGetValue(vendor, out var channel) ? [channel] : who.Channels;

    private sealed record PersonSignals(
        Identifier Who, IReadOnlyList<VendorSignal> Signals, VendorDrift? Drift, VendorBounce? Bounce, bool Resubscribed);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Vendor} sent {Count} events that could not be read. One of them may be an opt-out, so check the format of its webhook; "
            + "the nightly comparison picks up what is on the vendor's lists, if it gives out any")]
    private partial void LogUnreadable(string vendor, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Vendor} sent {Count} events of a kind that is not known here: check its documentation, one may be an opt-out")]
    private partial void LogUnknown(string vendor, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Vendor} refused messages to {Count} people who are stopped here too: "
        + "somebody is sending without calling GET /api/check first")]
    private partial void LogSentWithoutCheck(string vendor, int count);
}
