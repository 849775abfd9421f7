using OptOut.Company;

namespace OptOut.Tests.Company;

public sealed class ControllerOptionsTests
{
    [Fact]
    public void An_authority_and_a_privacy_statement_are_both_optional()
    {
        Assert.Empty(Errors(Controller()));
        Assert.Empty(
            Errors(Controller("https://www.kruidtuin.example/privacy", "GBA/APD", "https://www.gegevensbeschermingsautoriteit.be")));
    }

    [Fact]
    public void An_authority_needs_both_a_name_and_an_address()
    {
        Assert.Equal(["OptOut:Controller:Authority has a Name without a Url; give both, or neither."], Errors(Controller(name: "GBA/APD")));
        Assert.Equal(
            ["OptOut:Controller:Authority has a Url without a Name; give both, or neither."],
            Errors(Controller(url: "https://www.gegevensbeschermingsautoriteit.be")));
    }

    [Theory]
    [InlineData("/privacy")]
    [InlineData("javascript:alert(1)")]
    [InlineData("www.kruidtuin.example")]
    public void The_links_on_every_page_must_be_absolute_web_addresses(string address) => Assert.Equal(
        [
            $"OptOut:Controller:PrivacyStatement is '{address}'; give a whole web address, as in "
                + "'https://www.example.com/privacy', or leave it out.",
            $"OptOut:Controller:Authority:Url is '{address}'; give a whole web address, as in "
                + "'https://www.gegevensbeschermingsautoriteit.be'.",
        ],
        Errors(Controller(address, "GBA/APD", address)));

    private static ControllerOptions Controller(string? statement = null, string name = "", string? url = null) => new()
    {
        Name = "De Kruidtuin",
        PrivacyAddress = "privacy@kruidtuin.example",
        PrivacyStatement = Address(statement),
        Authority = new() { Name = name, Url = Address(url) },
    };

    private static Uri? Address(string? text) => text is null ? null : new Uri(text, UriKind.RelativeOrAbsolute);

    private static List<string> Errors(ControllerOptions options) =>
        [.. new ControllerOptionsValidator().Validate(null, options).Failures ?? []];
}
