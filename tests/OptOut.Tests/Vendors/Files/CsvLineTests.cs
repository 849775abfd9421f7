using OptOut.Vendors.Files;

namespace OptOut.Tests.Vendors.Files;

public sealed class CsvLineTests
{
    [Theory]
    [InlineData("a;b;c", "a|b|c")]
    [InlineData("", "")]
    [InlineData(";", "|")]
    [InlineData("a;", "a|")]
    [InlineData("\"a;b\";c", "a;b|c")]
    [InlineData("\"say \"\"no\"\"\";\"\"", "say \"no\"|")]
    [InlineData("12\" plate;x", "12\" plate|x")]
    public void A_line_is_its_fields(string line, string fields)
    {
        Assert.True(CsvLine.TrySplit(line, ';', out var split));
        Assert.Equal(fields, string.Join('|', split));
    }

    [Theory]
    [InlineData("\"never closed;b")]
    [InlineData("\"closed\"and on;b")]
    [InlineData("a;\"")]
    public void A_line_with_a_quote_that_makes_no_sense_is_none(string line) => Assert.False(CsvLine.TrySplit(line, ';', out _));
}
