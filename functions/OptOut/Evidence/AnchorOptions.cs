using Microsoft.Extensions.Options;

namespace OptOut.Evidence;

/// <summary>Setting <c>OptOut:Anchors</c>: how much of the ledgers and their anchors is verified each night.</summary>
internal sealed class AnchorOptions
{
    public const string Section = "OptOut:Anchors";

    /// <summary>How many anchored heads one night compares with their ledgers. If there are more, this many are picked at random.</summary>
    public int MaxVerified { get; set; } = 50_000;

    /// <summary>
    /// How many of the newest anchors one night reads whole; it also reads as many older ones, from a random one onwards.
    /// </summary>
    public int MaxChained { get; set; } = 500;

    /// <summary>
    /// The number of the oldest anchor that is kept. Raise it when you delete old ones after their retention; otherwise a missing one
    /// raises an alarm.
    /// </summary>
    public long Oldest { get; set; } = 1;
}

internal sealed class AnchorOptionsValidator : IValidateOptions<AnchorOptions>
{
    public ValidateOptionsResult Validate(string? name, AnchorOptions options)
    {
        var errors = new List<string>();
        if (options.MaxVerified is < 1 or > 1_000_000)
            errors.Add($"OptOut:Anchors:MaxVerified is {options.MaxVerified}; give 1 to 1000000, the number of heads in memory at once.");
        if (options.MaxChained is < 1 or > 100_000)
            errors.Add($"OptOut:Anchors:MaxChained is {options.MaxChained}; give 1 to 100000.");
        if (options.Oldest < 1)
        {
            errors.Add(
                $"OptOut:Anchors:Oldest is {options.Oldest}; give the number of the oldest "
                    + "anchor that is kept, 1 while none has been deleted.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
