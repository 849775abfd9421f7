using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Web.Pages;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Web.Unsubscribe;

public sealed class PreferenceFormTests
{
    private static readonly TopicCatalogue Catalogue = new(Options.Create(new CatalogueOptions
    {
        Channels = ["email", "sms"],
        Topics = [new() { Id = 1, Name = "a" }, new() { Id = 2, Name = "b" }, new() { Id = 3, Name = "c", Channels = ["email"] }],
    }));

    private static readonly Scope[] Cells = [.. Catalogue.Matrix.SelectMany(c => c.Topics.Select(t => new Scope(c.Channel, t)))];

    [Fact]
    public void Ticked_boxes_are_allowed_unticked_ones_are_stopped_and_those_not_shown_stay() =>
        Gen.Select(State, Gen.Bool.Array[Cells.Length], Gen.Bool.Array[Cells.Length]).Sample((state, showing, ticking) =>
        {
            var shown = Cells.Where((_, i) => showing[i]).ToList();
            var ticked = Cells.Where((_, i) => showing[i] && ticking[i]).ToList();
            if (shown.Count == 0)
                return;

            var stops = PreferenceForm.Read(Form(shown, ticked), Catalogue, state)!;

            Assert.All(shown, cell => Assert.Equal(!ticked.Contains(cell), stops[cell.Channel!.Value].Stops(cell.Topic)));

            // More than what was shown may be stopped only when nothing on a channel, or nothing at all, is ticked.
            Assert.All(Cells.Except(shown).Where(c => ticked.Exists(t => t.Channel == c.Channel)), cell =>
                Assert.Equal(
                    state.Answer(cell.Channel!.Value, cell.Topic).Decision == Decision.Stop, stops[cell.Channel!.Value].Stops(cell.Topic)));
            Assert.All(Cells.Except(shown), cell =>
                Assert.False(
                    stops.TryGetValue(cell.Channel!.Value, out var s)
                        && !s.Stops(cell.Topic)
                        && state.Answer(cell.Channel!.Value, cell.Topic).Decision == Decision.Stop));
        });

    [Fact]
    public void Nothing_ticked_on_a_channel_stops_that_channel_and_nothing_ticked_at_all_stops_everything()
    {
        Assert.Equal(["Email *", "Sms b"], Read("email,a email,b email,c sms,a sms,b", ["sms,a"]));
        Assert.Equal(["Email *", "Phone *", "Post *", "Sms *"], Read("email,a email,b email,c sms,a sms,b", []));
    }

    [Fact]
    public void A_form_that_showed_one_channel_does_not_affect_another() => Assert.Equal(["Email *"], Read("email,a email,b", []));

    [Fact]
    public void After_a_Stop_of_everything_a_ticked_topic_is_an_exception_and_all_topics_ticked_allow_the_channel_again()
    {
        var stopped = StateOf([Stop(1)]);

        Assert.Equal(["Email *!a", "Sms *"], Read("email,a email,b email,c sms,a sms,b", ["email,a"], stopped));
        Assert.Equal(["Email -", "Sms *"], Read("email,a email,b email,c sms,a sms,b", ["email,a", "email,b", "email,c"], stopped));
        Assert.Equal(["Email c", "Sms *"], Read("email,a email,b sms,a sms,b", ["email,a", "email,b"], stopped));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("email,a  email,b")]
    [InlineData("email,d")]
    [InlineData("sms,c")]
    [InlineData("post,a")]
    [InlineData("email,*")]
    [InlineData("*,*")]
    [InlineData("email,a;sms,a")]
    public void A_form_that_names_a_box_the_page_never_shows_is_rejected(string? shown) =>
        Assert.Null(
            PreferenceForm.Read(new FormCollection(shown is null ? [] : new() { ["shown"] = shown }), Catalogue, ConsentState.Empty));

    [Fact]
    public void A_form_with_a_tick_for_a_box_that_was_not_shown_is_rejected()
    {
        Assert.Null(
            PreferenceForm.Read(new FormCollection(new() { ["shown"] = "email,a", ["want"] = "email,b" }), Catalogue, ConsentState.Empty));
        Assert.Null(PreferenceForm.Read(
            new FormCollection(new() { ["shown"] = new StringValues(["email,a", "email,b"]) }), Catalogue, ConsentState.Empty));
        Assert.Null(PreferenceForm.Read(null, Catalogue, ConsentState.Empty));
    }

    private static string[] Read(string shown, string[] want, ConsentState? state = null) =>
        [
            .. PreferenceForm.Read(
                    Form(shown.Split(' ').Select(Scope.Parse), want.Select(Scope.Parse)), Catalogue, state ?? ConsentState.Empty)!
                .Select(s => $"{s.Key} {s.Value}")
                .Order(StringComparer.Ordinal),
        ];

    private static FormCollection Form(IEnumerable<Scope> shown, IEnumerable<Scope> want) =>
        new(new Dictionary<string, StringValues>(StringComparer.Ordinal)
        {
            [PreferenceForm.Shown] = PreferenceForm.Write(shown),
            [PreferenceForm.Want] = new StringValues([.. want.Select(w => w.ToString())]),
        });
}
