using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace OptOut.Messaging;

/// <summary>Setting <c>OptOut:FanOut</c>: how calls to a busy or unavailable vendor are retried.</summary>
internal sealed class FanOutOptions
{
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a channel waits for a vendor. A push that takes longer goes on in a message of its own, and so do the next ones for that
    /// vendor, so that it delays no other.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The number of pushes to one vendor at once, on one instance: of those in time, and as many again of those that are
    /// late.</summary>
    public int PushesAtOnce { get; set; } = 16;

    /// <summary>Attempts before the message is dead-lettered. With the other defaults, they last a little over two days.</summary>
    public int MaxAttempts { get; set; } = 60;
}

internal sealed class FanOutOptionsValidator : IValidateOptions<FanOutOptions>
{
    public ValidateOptionsResult Validate(string? name, FanOutOptions options)
    {
        var errors = new List<string>();
        if (options.FirstRetry <= TimeSpan.Zero)
            errors.Add($"OptOut:FanOut:FirstRetry is {options.FirstRetry}; give a time above zero, as in '00:00:05'.");
        if (options.LongestRetry < options.FirstRetry || options.LongestRetry > TimeSpan.FromDays(1))
        {
            errors.Add(
                $"OptOut:FanOut:LongestRetry is {options.LongestRetry}; give a time from FirstRetry ({options.FirstRetry}) to one day.");
        }

        if (options.Patience < TimeSpan.FromMilliseconds(100) || options.Patience > TimeSpan.FromSeconds(10))
            errors.Add($"OptOut:FanOut:Patience is {options.Patience}; give 00:00:00.1 to 00:00:10.");
        if (options.PushesAtOnce is < 1 or > 256)
            errors.Add($"OptOut:FanOut:PushesAtOnce is {options.PushesAtOnce}; give 1 to 256.");
        if (options.MaxAttempts is < 1 or > 1000)
            errors.Add($"OptOut:FanOut:MaxAttempts is {options.MaxAttempts}; give 1 to 1000.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

/// <summary>
/// When to retry a vendor: the delay doubles each time, is never shorter than the vendor requested, and has jitter so that thousands of
/// messages do not retry at once.
/// </summary>
internal sealed class RetrySchedule(IOptions<FanOutOptions> options)
{
    public bool IsExhausted(int attempt) => attempt >= options.Value.MaxAttempts;

    /// <param name="attempt">The number of attempts so far, from 1.</param>
    /// <param name="requested">The delay that the vendor requested.</param>
    public TimeSpan Next(int attempt, TimeSpan? requested)
    {
        var o = options.Value;
        var grown = o.FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 30));
        var capped = Math.Min(grown, o.LongestRetry.TotalSeconds);
        var least = Math.Max(capped, requested?.TotalSeconds ?? 0);
        return TimeSpan.FromSeconds(least * (1 + RandomNumberGenerator.GetInt32(0, 250) / 1000.0));
    }
}
