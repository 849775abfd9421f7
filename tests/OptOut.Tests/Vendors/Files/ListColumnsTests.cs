using OptOut.Consent;
using OptOut.Identity;
using OptOut.Vendors.Files;

namespace OptOut.Tests.Vendors.Files;

public sealed class ListColumnsTests
{
    [Theory]
    [InlineData("+32470123456;left", "left")]
    [InlineData("+32470123456;", "")]
    [InlineData("+32470123456", null)]
    [InlineData("\"+32470123456\";\"a;b\"", "a;b")]
    [InlineData("+32470123456;\"say \"\"no\"\"\"", "say \"no\"")]
    [InlineData("+32470123456;12\" plate", "12\" plate")]
    [InlineData("+32470123456;#7;more", "#7")]
    public void A_line_is_split_into_its_fields(string line, string? reason) => Assert.Equal(("+32470123456", reason), Read(line));

    [Theory]
    [InlineData("\"+32470123456;never closed")]
    [InlineData("\"+32470123456\"and on;left")]
    [InlineData("+32470123456;\"")]
    [InlineData("+32470123456;left\r+32470123457;left")]
    [InlineData("+32470123456;\"left\r\"")]
    public void A_line_that_is_not_exactly_one_entry_is_rejected(string line) => Assert.Null(Read(line));

    [Fact]
    public void Every_delimiter_the_settings_accept_separates_fields()
    {
        var taken = Enumerable.Range(0, 0x3000)
            .Select(c => ((char)c).ToString())
            .Where(d => !Options(d).Problems("S", Channel.Phone).Any())
            .ToList();

        Assert.All([",", ";", "|", "\t"], d => Assert.Contains(d, taken));
        Assert.DoesNotContain("\u00a6", taken);
        Assert.All(taken, d => Assert.Equal(("+32470123456", "q"), Read($"\"+32470123456\"{d}\"q\"", d)));
    }

    private static ListFileOptions Options(string delimiter) =>
        new() { Delimiter = delimiter, Header = false, Columns = { ["Phone"] = "1", ["Reason"] = "2" } };

    private static (string Number, string? Reason)? Read(string line, string delimiter = ";") =>
        ListColumns.Create(Options(delimiter), IdentifierKind.Phone, "BE", null, out _)!.TryRead(line, out var entry)
            ? (entry!.Identifier.Value, entry.Reason)
            : null;
}
