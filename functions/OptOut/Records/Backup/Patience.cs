using OptOut.Platform;

namespace OptOut.Records.Backup;

/// <summary>Repeats work while the store is unavailable, for about a minute: hours of it must not end with one slow answer.</summary>
internal static class Patience
{
    private const int MaxAttempts = 6;

    public static async Task<T> PatientlyAsync<T>(this TimeProvider time, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (StoreUnavailableException e) when (attempt < MaxAttempts && !e.IsRefusal)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 << attempt), time, cancellationToken);
            }
        }
    }
}
