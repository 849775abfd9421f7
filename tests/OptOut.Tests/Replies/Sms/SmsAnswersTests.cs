using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

public sealed class SmsAnswersTests
{
    private static readonly Scope Sms = new(Channel.Sms, null);

    public static TheoryData<string> Languages => ["nl", "fr", "de", "en"];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_answer_fits_one_segment(string code)
    {
        var (answers, language) = (Answers("De Kruidtuin"), Language.Find(code));

        Assert.All(
            (string[])
            [
                answers.Stopped(Scope.Everything, language),
                answers.Stopped(Sms, language),
                answers.Started(language),
                answers.Help(language),
            ],
            text => Assert.InRange(Gsm7.Septets(text) ?? int.MaxValue, 1, SmsAnswers.Segment));
    }

    [Theory]
    [InlineData(
        "nl",
        "De Kruidtuin: u bent uitgeschreven en krijgt van ons geen reclame meer, via geen enkel kanaal. Toch weer sms'en? Stuur START.")]
    [InlineData("fr", "De Kruidtuin : vous êtes désinscrit et ne recevrez plus de publicité de notre "
        + "part, par aucun canal. À nouveau des SMS ? Envoyez START.")]
    [InlineData(
        "de",
        "De Kruidtuin: Sie sind abgemeldet und erhalten keine Werbung mehr von uns, auf keinem Weg. Doch wieder SMS? Senden Sie START.")]
    [InlineData("en", "De Kruidtuin: you are unsubscribed and will get no more marketing from us, by "
        + "any channel. Want text messages again? Reply START.")]
    public void The_answer_to_a_STOP_says_what_stopped_and_how_to_undo_it(string code, string text) =>
        Assert.Equal(Gsm7.Fold(text), Answers("De Kruidtuin").Stopped(Scope.Everything, Language.Find(code)));

    [Fact]
    public void Help_includes_the_privacy_address_when_it_fits()
    {
        Assert.Equal(
            "Kruidtuin: reply STOP to get no more marketing, or choose at https://o.example/unsubscribe . "
                + "Questions? privacy@kruidtuin.example",
            Answers("Kruidtuin", "https://o.example").Help(null));
        Assert.DoesNotContain(
            "privacy@",
            Answers("De Kruidtuin", "https://uitschrijven.en.voorkeuren.kruidtuin.example/optout/app").Help(null),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_accents_missing_from_the_SMS_alphabet_is_written_without_them() =>
        Assert.StartsWith("Citroen & Cie: ", Answers("Citroën & Cie").Started(null), StringComparison.Ordinal);

    [Fact]
    public void Each_number_gets_at_most_three_answers()
    {
        var answers = Answers("De Kruidtuin");
        Assert.True(PhoneNumber.TryParse("+32470500001", "BE", out var one) & PhoneNumber.TryParse("+32470500002", "BE", out var two));

        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => answers.MayAnswer(one)));
        Assert.True(answers.MayAnswer(two));
    }

    private static SmsAnswers Answers(string name, string baseUrl = "https://optout.kruidtuin.example")
    {
        var data = new DataOptions
        {
            HashSecret = OptOutSettings.HashSecret,
            Keys = { new DataKeyOptions { Id = 1, Secret = OptOutSettings.DataSecret } },
        };
        return new SmsAnswers(
            Options.Create(new ControllerOptions { Name = name, PrivacyAddress = "privacy@kruidtuin.example" }),
            Options.Create(new LinkOptions { BaseUrl = new Uri(baseUrl) }),
            new IdentifierProtector(Options.Create(data)),
            TimeProvider.System);
    }
}
