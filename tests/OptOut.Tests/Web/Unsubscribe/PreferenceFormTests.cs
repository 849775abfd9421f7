using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Tests.Consent;
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
    public void Touched_boxes_are_as_wanted_and_those_not_touched_or_not_shown_stay() =>
        Gen.Select(Recorded, Gen.Bool.Array[Cells.Length], Gen.Bool.Array[Cells.Length]).Sample((subject, showing, ticking) =>
        {
            var state = subject.Consent;
            var shown = Cells.Where((_, i) => showing[i]).ToList();
            var ticked = Cells.Where((_, i) => showing[i] && ticking[i]).ToList();
            if (shown.Count == 0)
                return;

            var choice = PreferenceForm.Read(Form(subject, shown, ticked), Catalogue, Subject, subject.State)!;

            Assert.Equal(subject.State.Number, choice.Seen);
            foreach (var cell in Cells)
            {
                var (before, after) = (state.Stops(cell.Channel!.Value), choice.Wanted.GetValueOrDefault(cell.Channel.Value));
                if (shown.Contains(cell) && ticked.Contains(cell) == before.Stops(cell.Topic))
                    Assert.Equal(!ticked.Contains(cell), after!.Stops(cell.Topic));

                // More than what was touched may be stopped only when nothing on a channel, or nothing at all, is ticked.
                else if (after is not null && ticked.Exists(t => t.Channel == cell.Channel))
                    Assert.Equal(before.Stops(cell.Topic), after.Stops(cell.Topic));
                else
                    Assert.True(after is null || after.Stops(cell.Topic) || !before.Stops(cell.Topic));
            }
        });

    [Fact]
    public void An_untouched_box_changes_nothing_however_old_the_page_is()
    {
        var page = RecordedSubject.Of([Stop(1, "sms,*")]);
        var now = page.Take(Stop(2, "email,*"));

        var choice = PreferenceForm.Read(
            Form(page, Cells, [.. Cells.Where(c => c.Channel == Channel.Email), Scope.Parse("sms,a")]), Catalogue, Subject, now.State)!;

        Assert.Equal((page.State.Number, "Sms *!a"), (choice.Seen, string.Join("; ", choice.Wanted.Select(w => $"{w.Key} {w.Value}"))));
    }

    [Fact]
    public void The_boxes_that_were_cleared_are_named_although_they_are_stopped_since()
    {
        var now = RecordedSubject.Of([Stop(1, "email,*")]);

        var choice = PreferenceForm.Read(Form(RecordedSubject.Nothing, Cells, Cells[1..]), Catalogue, Subject, now.State)!;

        Assert.Equal([(Channel.Email, Topics[0])], choice.Declined);
    }

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
        var stopped = RecordedSubject.Of([Stop(1)]);

        Assert.Equal(["Email *!a"], Read("email,a email,b email,c sms,a sms,b", ["email,a"], stopped));
        Assert.Equal(["Email -"], Read("email,a email,b email,c sms,a sms,b", ["email,a", "email,b", "email,c"], stopped));
        Assert.Equal(["Email c"], Read("email,a email,b sms,a sms,b", ["email,a", "email,b"], stopped));
        Assert.Empty(Read("email,a email,b sms,a sms,b", [], stopped));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0024H36H2NCSVRH6DAQF6DVVQZ.2")]
    [InlineData("0024H36H2NCSVRH6DAQF6DVVQY.1")]
    [InlineData("0024H36H2NCSVRH6DAQF6DVVQZ.-1")]
    public void A_form_that_allows_must_say_which_state_of_this_person_it_showed(string? seen)
    {
        var stopped = RecordedSubject.Of([Stop(1)]);

        Assert.Null(PreferenceForm.Read(
            new FormCollection(new() { ["shown"] = "!email,a", ["want"] = "email,a", ["seen"] = seen }), Catalogue, Subject, stopped.State));
        Assert.NotNull(PreferenceForm.Read(
            new FormCollection(new() { ["shown"] = "email,a", ["seen"] = seen }), Catalogue, Subject, stopped.State));
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
            PreferenceForm.Read(
                new FormCollection(shown is null ? [] : new() { ["shown"] = shown }), Catalogue, Subject, RecordedSubject.Nothing.State));

    [Fact]
    public void A_form_with_a_tick_for_a_box_that_was_not_shown_is_rejected()
    {
        Assert.Null(Read(new FormCollection(new() { ["shown"] = "email,a", ["want"] = "email,b" })));
        Assert.Null(Read(new FormCollection(new() { ["shown"] = new StringValues(["email,a", "email,b"]) })));
        Assert.Null(Read(null));

        static PreferenceChoice? Read(IFormCollection? form) => PreferenceForm.Read(form, Catalogue, Subject, RecordedSubject.Nothing.State);
    }

    private static string[] Read(string shown, string[] want, RecordedSubject? subject = null) =>
    [
        .. PreferenceForm.Read(
                Form(subject ?? RecordedSubject.Nothing, shown.Split(' ').Select(Scope.Parse), want.Select(Scope.Parse)),
                Catalogue,
                Subject,
                (subject ?? RecordedSubject.Nothing).State)!
            .Wanted.Select(s => $"{s.Key} {s.Value}")
            .Order(StringComparer.Ordinal),
    ];

    // The page as it was shown for this state.
    private static FormCollection Form(RecordedSubject page, IEnumerable<Scope> shown, IEnumerable<Scope> want) =>
        new(new Dictionary<string, StringValues>(StringComparer.Ordinal)
        {
            [PreferenceForm.Shown] = PreferenceForm.Write(shown.Select(s => (s, !page.Consent.Stops(s.Channel!.Value).Stops(s.Topic)))),
            [PreferenceForm.Seen] = new StateVersion(Subject, page.State.Number).ToString(),
            [PreferenceForm.Want] = new StringValues([.. want.Select(w => w.ToString())]),
        });
}
