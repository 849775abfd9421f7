using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Platform.Telemetry;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Vendors;

/// <summary>Records what a vendor told us of its own accord. Told again, it is recorded once.</summary>
internal sealed partial class SignalIntake(
    IdentifierIntake intake, DriftIntake drifts, ExternalSuppressionStore suppressions, IEnumerable<IVendor> vendors, OptOutMetrics metrics, ILogger<SignalIntake> logger)
{
    // A webhook of thousands must be answered before the vendor gives up. Each person costs three reads or writes and a message, some 5 ms each in Azure.
    private const int Parallelism = 32, Many = 100;

    private readonly Dictionary<string, Channel> _channels = vendors.ToDictionary(v => v.Name, v => v.Channel, StringComparer.Ordinal);

    /// <returns>Whether everything is durable; when not, the vendor must send it all again.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store cannot say whose identifiers they are.</exception>
    public async Task<bool> RecordAsync(string vendor, VendorSignals signals, CancellationToken cancellationToken)
    {
        foreach (var (kind, count) in signals.Counts.Where(c => c.Count > 0))
            metrics.WebhookEvents(vendor, kind, count);
        if (signals.Unreadable > 0)
            LogUnreadable(vendor, signals.Unreadable);

        var (lost, agreed) = (0, 0);
        OfOne[] people = [.. ByPerson(signals)];
        var when = people.Length > Many ? AnswerWhen.WaitForDurableOnly : AnswerWhen.WaitForDurable;
        await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken }, async (one, token) =>
        {
            foreach (var signal in one.Signals)
            {
                if (await intake.RecordAsync(Stop(vendor, signal), when, token) is null)
                    Interlocked.Increment(ref lost);
            }

            // What the person did at the vendor comes first: a refusal may be no more than its consequence.
            if (one.Signals.Count == 0 && one.Drift is { } drift)
                Count(await drifts.RefusedAsync(vendor, drift, token));
            if (one.Resubscribed)
                Count(await drifts.ResubscribedAsync(one.Who, ChannelsOf(vendor, one.Who), token));
            if (one.Bounce is { } bounce)
                await suppressions.SetAsync(new ExternalSuppression(one.Who, ExternalSuppression.OfBounces(vendor), ChannelsOf(vendor, one.Who), bounce.At), token);
        });
        if (agreed > 0)
            LogNotAsked(vendor, agreed);
        return lost == 0;

        void Count(DriftEnd end)
        {
            if (end == DriftEnd.Lost)
                Interlocked.Increment(ref lost);
            if (end == DriftEnd.Agreed)
                Interlocked.Increment(ref agreed);
        }
    }

    // Of refusals and bounces one says as much as many.
    private static IEnumerable<OfOne> ByPerson(VendorSignals signals)
    {
        var (stops, drifts, bounces) = (signals.Signals.ToLookup(s => s.Identifier), signals.Drifts.ToLookup(d => d.Identifier), signals.Bounces.ToLookup(b => b.Identifier));
        var resubscribed = signals.Resubscribed.ToHashSet();
        return stops.Select(g => g.Key).Concat(drifts.Select(g => g.Key)).Concat(bounces.Select(g => g.Key)).Concat(resubscribed).Distinct()
            .Select(who => new OfOne(who, [.. stops[who]], drifts[who].MinBy(d => d.At), bounces[who].MaxBy(b => b.At), resubscribed.Contains(who)));
    }

    private static IdentifierStop Stop(string vendor, VendorSignal signal) => new(
        signal.Identifier, signal.Stop, signal.At, Source.VendorWebhook, new ChangeEvidence(Vendor: vendor, Reference: signal.EventKey), $"{vendor}:{signal.EventKey}");

    private IReadOnlyList<Channel> ChannelsOf(string vendor, Identifier who) => _channels.TryGetValue(vendor, out var channel) ? [channel] : who.Channels;

    private sealed record OfOne(Identifier Who, IReadOnlyList<VendorSignal> Signals, VendorDrift? Drift, VendorBounce? Bounce, bool Resubscribed);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Vendor} sent {Count} events that could not be read: one of them may be an opt-out, so look at its webhook's format; the nightly comparison brings in what was missed")]
    private partial void LogUnreadable(string vendor, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Vendor} refused {Count} people who are stopped here too: somebody sends without asking GET /api/check first")]
    private partial void LogNotAsked(string vendor, int count);
}
