using Microsoft.Extensions.Options;

namespace OptOut.Messaging;

/// <summary>Setting <c>OptOut:Publisher</c>: how messages that are published at the same time share one send to the bus.</summary>
internal sealed class PublisherOptions
{
    public const string Section = "OptOut:Publisher";

    /// <summary>
    /// The most messages in one send, 1 to 1,000; the bus also limits their size. With 1 each message is sent on its own, and none waits.
    /// </summary>
    public int MaxBatch { get; set; } = 100;

    /// <summary>
    /// The most messages that wait for a send, 1 to 100,000. Beyond it a message goes to the outbox at once. A caller waits for three
    /// seconds at most, and the default is about what a bus takes in that time. At 2 kB a message it is 20 MB.
    /// </summary>
    public int MaxWaiting { get; set; } = 10_000;
}

internal sealed class PublisherOptionsValidator : IValidateOptions<PublisherOptions>
{
    public ValidateOptionsResult Validate(string? name, PublisherOptions options)
    {
        var errors = new List<string>();
        if (options.MaxBatch is < 1 or > 1000)
            errors.Add($"{PublisherOptions.Section}:MaxBatch is {options.MaxBatch}; give 1 to 1000.");
        if (options.MaxWaiting is < 1 or > 100_000)
            errors.Add($"{PublisherOptions.Section}:MaxWaiting is {options.MaxWaiting}; give 1 to 100000.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
