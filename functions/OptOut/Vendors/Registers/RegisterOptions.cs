using Microsoft.Extensions.Options;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.Registers;

/// <summary>
/// Setting <c>OptOut:Registers:{name}</c>, by the name of a <see cref="Register"/>. A register is used if its section is present.
/// </summary>
internal sealed class RegisterOptions
{
    public const string Section = "OptOut:Registers";

    /// <summary>The maximum age of the list, if it differs from the rule's.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>The format of the lists that are dropped in <c>vendor-lists/{name}/</c>.</summary>
    public ListFileOptions Files { get; init; } = new();
}

internal sealed class RegisterOptionsValidator : IValidateOptions<RegisterOptions>
{
    public ValidateOptionsResult Validate(string? name, RegisterOptions options)
    {
        var section = $"{RegisterOptions.Section}:{name}";
        if (Register.Find(name!) is not { } register)
        {
            return ValidateOptionsResult.Fail(
                $"{section} is a register without a rule; give {string.Join(" or ", Register.All.Select(r => r.Name))}, or add its "
                    + "rule to Register.");
        }

        var errors = options.Files.Problems($"{section}:Files", register.Rules[^1].BlockedChannels[0]).ToList();
        if (options.MaxAge is { } age && (age < TimeSpan.FromHours(1) || age > TimeSpan.FromDays(366)))
            errors.Add($"{section}:MaxAge is {age}; give one hour to 366 days, as in '5.00:00:00', or leave it out to use the rule's.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
