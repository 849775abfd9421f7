using Microsoft.Extensions.Options;
using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>Retries a call while the vendor is busy: a limited number of times, and never sooner than the vendor asked for.</summary>
internal sealed class VendorRetryPolicy(RetrySchedule retry, IOptions<ReconciliationOptions> options, TimeProvider time)
{
    public Task<VendorPull> PullAsync(
        IVendor vendor, string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        TryAsync(
            () => vendor.PullAsync(list, until, cursor, cancellationToken),
            pull => (pull as VendorPull.Failed)?.Outcome,
            cancellationToken);

    public Task<VendorOutcome> PushAsync(IVendor vendor, VendorPush push, CancellationToken cancellationToken) =>
        TryAsync(() => vendor.PushAsync(push, cancellationToken), outcome => outcome, cancellationToken);

    private async Task<T> TryAsync<T>(Func<Task<T>> call, Func<T, VendorOutcome?> outcome, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await call();
            if (outcome(answer) is not VendorOutcome.Transient transient
                || attempt >= options.Value.Tries
                || transient.RetryAfter > options.Value.LongestWait)
            {
                return answer;
            }

            await Task.Delay(retry.Next(attempt, transient.RetryAfter), time, cancellationToken);
        }
    }
}
