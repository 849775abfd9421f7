using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.PrintHouse;

/// <summary>Setting <c>OptOut:PrintHouse</c>: whoever prints and posts the letters, and lives on files.</summary>
internal sealed class PrintHouseOptions
{
    public const string Section = "OptOut:PrintHouse";

    /// <summary>Whether there is a print house. Nothing else need be set where it gives no list back.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// How the lists look that the print house drops in <c>vendor-lists/print-house/</c>: each the whole list of who told it to stop and whose post came back.
    /// Without columns it gives none, and the report says so.
    /// </summary>
    public ListFileOptions Files { get; init; } = new();

    /// <summary>The words in the column <c>Reason</c> that mean that post came back: it says nothing about what the person wants. Any other is an objection.</summary>
    public IList<string> ReturnedReasons { get; init; } = [];

    /// <summary>How long it may take to write or read one file.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal bool GivesLists => Files.Columns.Count > 0;
}

internal sealed class PrintHouseOptionsValidator : IValidateOptions<PrintHouseOptions>
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, PrintHouseOptions options)
    {
        var errors = options.GivesLists ? options.Files.Problems($"{PrintHouseOptions.Section}:Files", Channel.Post).ToList() : [];
        if (options.GivesLists && !options.Files.Columns.ContainsKey(ListColumns.Date))
            errors.Add("OptOut:PrintHouse:Files:Columns:Date is missing; name the column that says when the person told the print house, or it would win over whatever the person allows later.");
        if (!options.Enabled)
            errors.Add("OptOut:PrintHouse:Enabled is not true though other settings are there; set it, or remove the section.");
        if (options.ReturnedReasons.Count > 0 && !options.Files.Columns.ContainsKey(ListColumns.Reason))
            errors.Add("OptOut:PrintHouse:ReturnedReasons is given, and OptOut:PrintHouse:Files:Columns:Reason is not; name the column that the reasons stand in.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            errors.Add($"OptOut:PrintHouse:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
