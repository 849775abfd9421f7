using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.PrintHouse;

/// <summary>Setting <c>OptOut:PrintHouse</c>: the print house that prints and posts the letters, and works with files.</summary>
internal sealed class PrintHouseOptions
{
    public const string Section = "OptOut:PrintHouse";

    /// <summary>Whether there is a print house. No other setting is needed if it returns no list.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// The format of the lists that the print house drops in <c>vendor-lists/print-house/</c>. Each is the complete list of people who
    /// told it to stop and of people whose post was returned. If no columns are set, it returns no list, and the report states this.
    /// </summary>
    public ListFileOptions Files { get; init; } = new();

    /// <summary>
    /// The values of the column <c>Reason</c> that mean that post was returned, which says nothing about what the person wants. Any other
    /// value is an objection.
    /// </summary>
    public IList<string> ReturnedReasons { get; init; } = [];

    /// <summary>The time limit for writing or reading one file.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal bool ReturnsLists => Files.Columns.Count > 0;
}

internal sealed class PrintHouseOptionsValidator : IValidateOptions<PrintHouseOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, PrintHouseOptions options)
    {
        var errors = options.ReturnsLists ? options.Files.Problems($"{PrintHouseOptions.Section}:Files", Channel.Post).ToList() : [];
        if (options.ReturnsLists && !options.Files.Columns.ContainsKey(ListColumns.Date))
        {
            errors.Add(
                "OptOut:PrintHouse:Files:Columns:Date is missing; name the column that says when the person told the print house, "
                    + "or the entry would override whatever the person allows later.");
        }

        if (!options.Enabled)
            errors.Add("OptOut:PrintHouse:Enabled is not true, but other settings are present; set it, or remove the section.");
        if (options.ReturnedReasons.Count > 0 && !options.Files.Columns.ContainsKey(ListColumns.Reason))
        {
            errors.Add(
                "OptOut:PrintHouse:ReturnedReasons is set, but OptOut:PrintHouse:Files:Columns:Reason is not; "
                    + "name the column that contains the reasons.");
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            errors.Add($"OptOut:PrintHouse:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
