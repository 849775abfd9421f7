using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>
/// Bounds the pushes to each vendor on this instance, and keeps a slow vendor out of the way of the others of its channel: what it has not
/// answered in time goes on in a message of its own, in a lane of its own. While it is slow, the channel does not wait for it at all.
/// </summary>
internal sealed class VendorLanes(IOptions<FanOutOptions> options, TimeProvider time)
{
    // After that, one push shows whether the vendor is faster again.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Lanes> _vendors = new(StringComparer.Ordinal);

    /// <summary>Pushes while the vendor's channel waits.</summary>
    /// <returns><see cref="VendorOutcome.Postponed"/> if there is no answer in time; the vendor may still have taken it.</returns>
    public async Task<VendorOutcome> PushInTimeAsync(
        IVendor vendor, Func<CancellationToken, Task<VendorOutcome>> push, CancellationToken cancellationToken)
    {
        var lanes = Of(vendor);
        if (time.GetTimestamp() < Volatile.Read(ref lanes.SlowUntil))
            return new VendorOutcome.Postponed();
        using var limit = time.Limit(options.Value.Patience, cancellationToken);
        var isCalled = false;
        try
        {
            await lanes.InTime.WaitAsync(limit.Token);
            try
            {
                isCalled = true;
                return await push(limit.Token);
            }
            finally
            {
                lanes.InTime.Release();
            }
        }
        catch (OperationCanceledException) when (limit.HasExpired && !cancellationToken.IsCancellationRequested)
        {
            // Who only waited for others' pushes says nothing about the vendor.
            if (isCalled)
                MarkSlow(lanes);
            return new VendorOutcome.Postponed();
        }
    }

    /// <summary>Whether as many late pushes to the vendor as allowed are under way.</summary>
    public bool IsFull(string vendor) => _vendors.TryGetValue(vendor, out var lanes) && lanes.Late.CurrentCount == 0;

    /// <summary>Pushes what the channel did not wait for, for as long as the adapter allows.</summary>
    /// <returns><see cref="VendorOutcome.Postponed"/> if as many pushes as allowed are under way.</returns>
    public async Task<VendorOutcome> PushLateAsync(
        IVendor vendor, Func<CancellationToken, Task<VendorOutcome>> push, CancellationToken cancellationToken)
    {
        var lanes = Of(vendor);
        if (!lanes.Late.Wait(0, cancellationToken))
            return new VendorOutcome.Postponed();
        var begun = time.GetTimestamp();
        try
        {
            return await push(cancellationToken);
        }
        finally
        {
            lanes.Late.Release();
            if (time.GetElapsedTime(begun) > options.Value.Patience)
                MarkSlow(lanes);
            else
                Volatile.Write(ref lanes.SlowUntil, 0);
        }
    }

    private Lanes Of(IVendor vendor) => _vendors.GetOrAdd(vendor.Name, _ => new Lanes(options.Value.PushesAtOnce));

    private void MarkSlow(Lanes lanes) =>
        Volatile.Write(ref lanes.SlowUntil, time.GetTimestamp() + (long)(Slow.TotalSeconds * time.TimestampFrequency));

    private sealed class Lanes(int atOnce)
    {
        public long SlowUntil;

        public SemaphoreSlim InTime { get; } = new(atOnce);

        public SemaphoreSlim Late { get; } = new(atOnce);
    }
}
