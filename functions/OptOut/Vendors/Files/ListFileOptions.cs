using System.Globalization;
using System.Text;
using OptOut.Consent;

namespace OptOut.Vendors.Files;

/// <summary>
/// The format of the lists that a party drops in the container <c>vendor-lists</c>, in the folder with its name. Part of that party's
/// settings, under <c>Files</c>.
/// </summary>
internal sealed class ListFileOptions
{
    public ListFileFormat Format { get; set; } = ListFileFormat.Csv;

    /// <summary>The character between the fields of a CSV file: one ASCII character, or <c>\t</c> for a tab.</summary>
    public string Delimiter { get; set; } = ",";

    /// <summary>Whether the first line of a CSV file contains the column names. If not, columns are given by position, from 1.</summary>
    public bool Header { get; set; } = true;

    /// <summary>The encoding: <c>utf-8</c>, <c>iso-8859-1</c> or <c>windows-1252</c>.</summary>
    public string Encoding { get; set; } = "utf-8";

    /// <summary>
    /// Where each value is: by column name (CSV with a header, not case-sensitive), position (CSV without a header) or property (NDJSON).
    /// The keys are <c>Email</c>; <c>Phone</c>; or <c>Address</c> as a whole, or whichever of <c>Street</c>, <c>Number</c>, <c>Box</c>,
    /// <c>Postcode</c>, <c>City</c> and <c>Country</c> the file has; and <c>Date</c> of the entry and <c>Reason</c>, if present.
    /// </summary>
    public IDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A .NET date format. A date in another format is ignored: the entry is still an objection.</summary>
    public string DateFormat { get; set; } = "yyyy-MM-dd";

    /// <summary>
    /// How long a file must have been unchanged before it is read, if it has no digest that shows that it is complete: an upload by SFTP
    /// is visible while it is in progress.
    /// </summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether a file is read only if <c>{file}.sha256</c> (the output of <c>sha256sum</c>) is beside it. An interrupted upload is then
    /// never read.
    /// </summary>
    public bool NeedsDigest { get; set; }

    internal Encoding TextEncoding => Find(Encoding)!;

    internal char Separator => Delimiter == @"\t" ? '\t' : Delimiter[0];

    /// <summary>The errors in the settings; each names the setting and how to fix it.</summary>
    /// <param name="section">The path of these settings, such as <c>OptOut:Registers:do-not-call:Files</c>.</param>
    /// <param name="channel">The channel whose contact points the lists contain.</param>
    internal IEnumerable<string> Problems(string section, Channel channel)
    {
        if (!Enum.IsDefined(Format))
            yield return $"{section}:Format is {Format}; give Csv or NdJson.";
        if (Delimiter is not (@"\t" or "\t" or [>= ' ' and <= '~' and not '"']))
            yield return $@"{section}:Delimiter is '{Delimiter}'; give the one ASCII character between two fields, or \t for a tab.";
        if (Find(Encoding) is null)
            yield return $"{section}:Encoding is '{Encoding}'; give utf-8, iso-8859-1 or windows-1252.";
        if (SettleTime < TimeSpan.Zero || SettleTime > TimeSpan.FromDays(1))
            yield return $"{section}:SettleTime is {SettleTime}; give up to one day, as in '00:10:00'.";
        if (string.IsNullOrWhiteSpace(DateFormat))
            yield return $"{section}:DateFormat is empty; give the format of the dates in the file, as in 'dd/MM/yyyy'.";

        string[] known = [.. ListColumns.IdentifyingColumns(channel), ListColumns.Date, ListColumns.Reason];
        foreach (var column in Columns.Keys.Where(c => !known.Contains(c, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"{section}:Columns:{column} is not a column that a list for this channel "
                + $"can have; give some of {string.Join(", ", known)}.";
        }

        if (!ListColumns.IdentifyingColumns(channel).Any(Columns.ContainsKey))
        {
            yield return $"{section}:Columns has no column that identifies the person; give "
                + $"{string.Join(" or ", ListColumns.IdentifyingColumns(channel))}.";
        }

        foreach (var (column, place) in Columns)
        {
            if (string.IsNullOrWhiteSpace(place))
            {
                yield return $"{section}:Columns:{column} is empty; give the name or position of the column, or leave it out.";
            }
            else if (Format == ListFileFormat.Csv
                && !Header
                && !(int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                    && position is >= 1 and <= 1000))
            {
                yield return $"{section}:Columns:{column} is '{place}'; the file has no header, so "
                    + "give the position of the column, from 1.";
            }
        }
    }

    // Bytes that are not valid in the encoding must make a line unreadable, not turn it into a wrong address.
    private static Encoding? Find(string name) => name.ToLowerInvariant() switch
    {
        "utf-8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        "iso-8859-1" => System.Text.Encoding.Latin1,
        "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(
            1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        _ => null,
    };
}

internal enum ListFileFormat
{
    /// <summary>Delimited text, one entry per line. Fields may be in double quotes (RFC 4180) but may not contain a line break.</summary>
    Csv,

    /// <summary>One JSON object per line.</summary>
    NdJson,
}
