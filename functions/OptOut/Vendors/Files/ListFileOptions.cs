using System.Globalization;
using System.Text;
using OptOut.Consent;

namespace OptOut.Vendors.Files;

/// <summary>
/// How the lists look that a party drops in the container <c>vendor-lists</c>, in the folder of its name: part of that party's settings, under
/// <c>Files</c>.
/// </summary>
internal sealed class ListFileOptions
{
    public ListFileFormat Format { get; set; } = ListFileFormat.Csv;

    /// <summary>Between the fields of a CSV file: one ASCII character, or <c>\t</c> for a tab.</summary>
    public string Delimiter { get; set; } = ",";

    /// <summary>Whether the first line of a CSV file names the columns. Without it columns are given by position, from 1.</summary>
    public bool Header { get; set; } = true;

    /// <summary><c>utf-8</c>, <c>iso-8859-1</c> or <c>windows-1252</c>.</summary>
    public string Encoding { get; set; } = "utf-8";

    /// <summary>
    /// Where what stands, by the column's name (CSV with a header; the case does not matter), position (without) or property (NDJSON). <c>Email</c>; <c>Phone</c>; or
    /// <c>Address</c> whole, or <c>Street</c>, <c>Number</c>, <c>Box</c>, <c>Postcode</c>, <c>City</c> and <c>Country</c> as far as the file has them;
    /// <c>Date</c> of the entry and <c>Reason</c> where there are such.
    /// </summary>
    public IDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>As .NET writes it. A date that does not look so counts as none: the entry is an objection all the same.</summary>
    public string DateFormat { get; set; } = "yyyy-MM-dd";

    /// <summary>
    /// How long a file must have lain unchanged before it is read, where no digest says that it is whole: an upload by SFTP can be seen while it goes on.
    /// </summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether a file is read only with <c>{file}.sha256</c> beside it (the output of <c>sha256sum</c>). An upload that broke off then never counts.</summary>
    public bool NeedsDigest { get; set; }

    internal Encoding TextEncoding => Find(Encoding)!;

    internal char Separator => Delimiter == @"\t" ? '\t' : Delimiter[0];

    /// <summary>What is wrong, each with its setting and its mend.</summary>
    /// <param name="section">Where these settings stand, as in <c>OptOut:Registers:do-not-call:Files</c>.</param>
    /// <param name="channel">Whose contact points the lists hold.</param>
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
            yield return $"{section}:DateFormat is empty; give how the file writes a date, as in 'dd/MM/yyyy'.";

        string[] known = [.. ListColumns.Identifying(channel), ListColumns.Date, ListColumns.Reason];
        foreach (var column in Columns.Keys.Where(c => !known.Contains(c, StringComparer.OrdinalIgnoreCase)))
            yield return $"{section}:Columns:{column} is nothing a list of this channel has; give some of {string.Join(", ", known)}.";
        if (!ListColumns.Identifying(channel).Any(Columns.ContainsKey))
            yield return $"{section}:Columns names no column that says who it is; give {string.Join(" or ", ListColumns.Identifying(channel))}.";
        foreach (var (column, place) in Columns)
        {
            if (string.IsNullOrWhiteSpace(place))
                yield return $"{section}:Columns:{column} is empty; give where it stands, or leave it out.";
            else if (Format == ListFileFormat.Csv && !Header && !(int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position is >= 1 and <= 1000))
                yield return $"{section}:Columns:{column} is '{place}'; the file has no header, so give the position of the column, from 1.";
        }
    }

    // Bytes that are no text of the encoding make a line unreadable, rather than a wrong address readable.
    private static Encoding? Find(string name) => name.ToLowerInvariant() switch
    {
        "utf-8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        "iso-8859-1" => System.Text.Encoding.Latin1,
        "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback),
        _ => null,
    };
}

internal enum ListFileFormat
{
    /// <summary>Delimited text, one entry a line; fields may be in double quotes (RFC 4180), without a line break in one.</summary>
    Csv,

    /// <summary>One JSON object a line.</summary>
    NdJson,
}
