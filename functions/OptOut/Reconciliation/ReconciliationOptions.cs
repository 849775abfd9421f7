using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Reconciliation;

/// <summary>Setting <c>OptOut:Reconciliation</c>: the nightly comparison of the vendors' lists with our consent.</summary>
internal sealed class ReconciliationOptions
{
    public const string Section = "OptOut:Reconciliation";

    /// <summary>The address the report is mailed to, if that is not <c>OptOut:Controller:PrivacyAddress</c>.</summary>
    public string PrivacyAddress { get; set; } = "";

    /// <summary>
    /// How many vendor entries one run may remove because the person has since asked for mail again. Entries beyond that are left stopped
    /// and are in the report: a fault on our side must not empty a vendor's list in one night.
    /// </summary>
    public int MaxRemovals { get; set; } = 100;

    /// <summary>How many storage reads run in parallel.</summary>
    public int Parallelism { get; set; } = 16;

    /// <summary>How far back the report goes, at least. It goes back further when the last run was longer ago.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How many times a call is attempted before the vendor counts as unavailable.</summary>
    public int Tries { get; set; } = 5;

    /// <summary>A vendor that asks us to wait longer than this counts as unavailable at once.</summary>
    public TimeSpan LongestWait { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a run that has stopped renewing its lease keeps other instances from taking it over.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// With this many new Stops on one vendor's lists, the report asks somebody to check them. They are recorded all the same.
    /// </summary>
    public int UnusualStops { get; set; } = 1000;

    /// <summary>The same as a share of the entries compared, 0 to 1; it applies from 50 new Stops.</summary>
    public double UnusualShare { get; set; } = 0.2;

    /// <summary>
    /// The largest share of a register, 0 to 1, that may be gone in one run; it applies from 100 entries. If more is gone, it all stays
    /// suppressed and is in the report: a list that was cut short must not allow anybody. Set it to 1 for one night to accept a list that
    /// really is that much shorter.
    /// </summary>
    public double LargestFall { get; set; } = 0.1;
}

internal sealed class ReconciliationOptionsValidator : IValidateOptions<ReconciliationOptions>
{
    public ValidateOptionsResult Validate(string? name, ReconciliationOptions options)
    {
        var errors = new List<string>();
        if (!EmailAddress.TryParse(options.PrivacyAddress, out _))
        {
            errors.Add(
                "OptOut:Reconciliation:PrivacyAddress is not an e-mail address; give one, or leave it "
                    + "empty to mail the report to OptOut:Controller:PrivacyAddress.");
        }

        if (options.MaxRemovals < 0)
            errors.Add($"OptOut:Reconciliation:MaxRemovals is {options.MaxRemovals}; give 0 (remove nothing) or more.");
        if (options.Parallelism is < 1 or > 256)
            errors.Add($"OptOut:Reconciliation:Parallelism is {options.Parallelism}; give 1 to 256.");
        if (options.Window < TimeSpan.FromHours(1) || options.Window > TimeSpan.FromDays(31))
            errors.Add($"OptOut:Reconciliation:Window is {options.Window}; give one hour to 31 days, as in '1.00:00:00'.");
        if (options.Tries is < 1 or > 20)
            errors.Add($"OptOut:Reconciliation:Tries is {options.Tries}; give 1 to 20.");
        if (options.LongestWait < TimeSpan.Zero || options.LongestWait > TimeSpan.FromHours(1))
            errors.Add($"OptOut:Reconciliation:LongestWait is {options.LongestWait}; give up to one hour, as in '00:05:00'.");
        if (options.Lease < TimeSpan.FromSeconds(5) || options.Lease > TimeSpan.FromHours(1))
            errors.Add($"OptOut:Reconciliation:Lease is {options.Lease}; give five seconds to one hour, as in '00:02:00'.");
        if (options.UnusualStops < 1)
            errors.Add($"OptOut:Reconciliation:UnusualStops is {options.UnusualStops}; give 1 or more.");
        if (options.UnusualShare is not (> 0 and <= 1))
            errors.Add($"OptOut:Reconciliation:UnusualShare is {options.UnusualShare}; give a share above 0 and up to 1, as in 0.2.");
        if (options.LargestFall is not (>= 0 and <= 1))
            errors.Add($"OptOut:Reconciliation:LargestFall is {options.LargestFall}; give a share from 0 to 1, as in 0.1.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
