using OptOut.Identity;

namespace OptOut.Tests.Identity;

/// <summary>The controller's own number for a person: a part of URLs, so nothing personal.</summary>
public sealed class CustomerNumberTests
{
    [Theory]
    [InlineData("jan@example.com")]
    [InlineData("JAN@EXAMPLE.COM")]
    [InlineData(" jan@example.com ")]
    [InlineData("jan\uFF20example.com")]
    [InlineData("j\u200Ban@example.com")]
    [InlineData("jan%40example.com")]
    [InlineData("jan%2540example.com")]
    [InlineData("Jan <jan@example.com>")]
    [InlineData("mailto:jan@example.com")]
    [InlineData("jan@localhost")]
    [InlineData("+32470123456")]
    [InlineData("+32 470 12 34 56")]
    [InlineData("+32 (0)470/12.34.56")]
    [InlineData("(+32) 470 12 34 56")]
    [InlineData("\uFF0B32470123456")]
    [InlineData("\u202A+32470123456\u202C")]
    [InlineData("%2B32470123456")]
    [InlineData("tel:0470123456")]
    [InlineData("0470 12 34 56")]
    [InlineData("0470.12.34.56")]
    public void An_address_or_a_telephone_number_is_not_a_customer_number(string text)
    {
        var problem = CustomerNumber.FindProblem(text);

        Assert.Equal(
            "It is an e-mail address or a telephone number, and the customer number is part of URLs, which end up in logs. "
                + "Give your own number for the person, and the address or telephone number in identifiers.",
            problem);
    }

    [Theory]
    [InlineData("C-1001")]
    [InlineData("1")]
    [InlineData("0470123456")]
    [InlineData("32470123456")]
    [InlineData("0032470123456")]
    [InlineData("123 456 789")]
    [InlineData("0123-456789")]
    [InlineData("0123/456789")]
    [InlineData("2026-11-27")]
    [InlineData("12.34.56")]
    [InlineData("+1001")]
    [InlineData("C+32")]
    [InlineData("A/B")]
    [InlineData("100%")]
    [InlineData("klant één")]
    [InlineData("5b0f3f5e-7f6e-4a53-9d3e-0c2f0b1c7a11")]
    public void Any_other_number_is_accepted(string text) => Assert.Null(CustomerNumber.FindProblem(text));

    [Theory]
    [InlineData("", "It is empty; give the customer number.")]
    [InlineData(" \u200B ", "It is empty; give the customer number.")]
    [InlineData("A%2FB", "It is percent-encoded; give the customer number itself. Only a path is percent-encoded, and once.")]
    public void What_is_not_a_number_is_explained(string text, string problem) => Assert.Equal(problem, CustomerNumber.FindProblem(text));

    [Fact]
    public void A_number_has_at_most_200_visible_characters()
    {
        Assert.Null(CustomerNumber.FindProblem(new string('9', 200) + '\u200B'));
        Assert.Equal(
            "The customer number has 201 characters; the maximum is 200.", CustomerNumber.FindProblem(new string('9', 201)));
    }

    [Theory]
    [InlineData("C-1\uFFFE")]
    [InlineData("\uFFFE")]
    public void A_code_point_that_is_no_character_is_refused_and_never_thrown_at(string text)
    {
        Assert.Equal(
            "It contains U+FFFE, which is not a character; give the customer number as it is in your system.",
            CustomerNumber.FindProblem(text));
        Assert.DoesNotContain('\uFFFE', CustomerNumber.Normalize(text));
        Assert.Null(CustomerNumber.FindProblem("C-1\uFFFF"));
    }

    [Fact]
    public void A_number_that_decodes_to_no_character_is_not_thrown_at() => Assert.Null(CustomerNumber.FindProblem("%EF%BF%BE"));

    [Theory]
    [InlineData("\u1100\u1161\u200C\u131F")]
    [InlineData("\u1112\u1161\u11AB\u200D\u1100\u1161")]
    public void The_normal_form_is_its_own_normal_form(string text) =>
        Assert.Equal(CustomerNumber.Normalize(text), CustomerNumber.Normalize(CustomerNumber.Normalize(text)));

    [Fact]
    public void Upper_and_lower_case_stay_different() => Assert.NotEqual(CustomerNumber.Normalize("c-1"), CustomerNumber.Normalize("C-1"));
}
