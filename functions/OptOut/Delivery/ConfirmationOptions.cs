using Microsoft.Extensions.Options;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>Setting <c>OptOut:Confirmation</c>.</summary>
internal sealed class ConfirmationOptions
{
    public const string Section = "OptOut:Confirmation";

    /// <summary>
    /// Whether a person who opts out gets a confirmation by e-mail. The Belgian Royal Decree of 4 April 2003, art. 2, requires it of
    /// senders of marketing mail, so leave it on unless another system sends it.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The shortest time between two confirmations to one person. What is recorded in between is confirmed together at its end, so that
    /// nobody can fill a mailbox with somebody's link. From one second to one day.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The most confirmations in one hour, over all instances, to addresses that nobody knew before they were typed in the public form:
    /// they may be the addresses of people who asked for nothing. Beyond it the opt-out is recorded and not confirmed. 0 for none.
    /// </summary>
    public int StrangersPerHour { get; set; } = 10;
}

internal sealed class ConfirmationOptionsValidator(ServiceMailVendor vendor) : IValidateOptions<ConfirmationOptions>
{
    public ValidateOptionsResult Validate(string? name, ConfirmationOptions options)
    {
        var errors = new List<string>();
        if (options.Enabled && vendor.Name is null)
        {
            errors.Add(
                $"OptOut:Confirmation:Enabled is true, but no vendor that sends mail is configured: {ServiceMail.None}, or set it to "
                    + "false if another system confirms opt-outs.");
        }

        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > TimeSpan.FromDays(1))
            errors.Add($"OptOut:Confirmation:Interval is {options.Interval}; give a time from one second to one day, as in '01:00:00'.");
        if (options.StrangersPerHour < 0)
            errors.Add($"OptOut:Confirmation:StrangersPerHour is {options.StrangersPerHour}; give 0 or more.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
