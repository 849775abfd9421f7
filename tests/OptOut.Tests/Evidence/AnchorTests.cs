using System.Security.Cryptography;
using System.Text;
using CsCheck;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Records;
using OptOut.Tests.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Evidence;

/// <summary>The text form of an anchor, which people without this code rely on, and the rules that verification is based on.</summary>
public sealed class AnchorTests
{
    private const string Hash1 = "1dc46214477fbdb8ddbe53634f561730499a66aed81bfea23373468bcaed34d0",
        Hash2 = "9efbe9b7cd323dbc0e99f1b2ef12c99d3361f6b1847fec0e4fd0ab3977ed2a47";

    // Computed independently, with sha256sum over the text below.
    private const string Sha256OfTheFirst = "76ac0f8c99daa5c3fac0973e0a66205c7ef5a4d5a46435923995f0f00fdf5a9a";

    private static readonly Anchor First = new(
        1,
        new DateTimeOffset(2026, 5, 1, 10, 30, 0, 987, TimeSpan.Zero),
        null,
        [new AnchoredHead(Subject, 1, Hash1), new AnchoredHead(Subject, 12, Hash2)]);

    [Fact]
    public void An_anchor_has_the_text_form_from_the_README()
    {
        Assert.Equal("00000001.txt", Anchor.Name(1));
        Assert.Equal(
            $"""
            optout-anchor-1
            number 1
            made 2026-05-01T10:30:00Z
            previous none
            count 2
            0024H36H2NCSVRH6DAQF6DVVQZ 1 {Hash1}
            0024H36H2NCSVRH6DAQF6DVVQZ 12 {Hash2}

            """.ReplaceLineEndings("\n"),
            First.ToText());
        Assert.Equal(Sha256OfTheFirst, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(First.ToText()))));
    }

    [Fact]
    public void The_next_anchor_names_the_previous_one_with_its_digest()
    {
        var next = new Anchor(
            2,
            new DateTimeOffset(2026, 5, 1, 13, 30, 0, TimeSpan.FromHours(2)),
            new AnchorDigest(1, Sha256OfTheFirst),
            [new AnchoredHead(Subject, 13, Hash1)]);

        Assert.Equal(
            $"""
            optout-anchor-1
            number 2
            made 2026-05-01T11:30:00Z
            previous 00000001.txt {Sha256OfTheFirst}
            count 1
            0024H36H2NCSVRH6DAQF6DVVQZ 13 {Hash1}

            """.ReplaceLineEndings("\n"),
            next.ToText());
    }

    [Fact]
    public void An_anchor_survives_a_round_trip_through_text()
    {
        var read = Anchor.Parse(First.ToText());

        Assert.Equal((First.Number, First.Previous, First.Made.AddMilliseconds(-987)), (read.Number, read.Previous, read.Made));
        Assert.Equal(First.Heads, read.Heads);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("optout-anchor-1", "optout-anchor-2")]
    [InlineData("number 1", "number 01")]
    [InlineData("number 1", "number 0")]
    [InlineData("number 1", "number -1")]
    [InlineData("10:30:00Z", "10:30:00")]
    [InlineData("previous none", "previous")]
    [InlineData("previous none", "previous 00000000.txt abc")]
    [InlineData("count 2", "count 1")]
    [InlineData("count 2", "count 2\n")]
    [InlineData(" 12 ", " 012 ")]
    [InlineData(" 12 ", "  12 ")]
    [InlineData("0024H36H", "0024h36h")]
    [InlineData("\n", "\r\n")]
    [InlineData("2a47\n", "2a47")]
    [InlineData("2a47\n", "2A47\n")]
    public void Any_other_text_is_refused(string found, string instead) => Assert.Throws<FormatException>(
        () => Anchor.Parse(found.Length == 0 ? "" : First.ToText().Replace(found, instead, StringComparison.Ordinal)));

    [Fact]
    public void All_errors_in_the_settings_are_reported_at_once()
    {
        Assert.True(new AnchorOptionsValidator().Validate(null, new AnchorOptions()).Succeeded);
        Assert.Equal(
            [
                "OptOut:Anchors:MaxVerified is 0; give 1 to 1000000, the number of heads in memory at once.",
                "OptOut:Anchors:MaxChained is 0; give 1 to 100000.",
                "OptOut:Anchors:Oldest is 0; give the number of the oldest anchor that is kept, 1 while none has been deleted.",
            ],
            new AnchorOptionsValidator().Validate(null, new AnchorOptions { MaxVerified = 0, MaxChained = 0, Oldest = 0 }).Failures!);
    }

    [Fact]
    public void Every_earlier_head_is_in_the_longer_ledger_and_every_state_follows_from_its_ledger() => Changes.Sample(changes =>
    {
        var (subject, heads) = (RecordedSubject.Nothing, new List<LedgerHead>());
        foreach (var change in changes)
        {
            subject = subject.Take(change with { Seen = change.Seen is { } seen ? Math.Min(seen, subject.State.Number) : null });
            if (subject.State.Head.Sequence > 0)
                heads.Add(subject.State.Head);
            Assert.True(LedgerCheck.Follows(subject.Consent, subject.Ledger));
        }

        Assert.All(heads, h => Assert.Equal(h.Hash, subject.Ledger[(int)h.Sequence - 1].Hash));
    });

    [Fact]
    public void An_incomplete_or_altered_state_does_not_follow_from_the_ledger() =>
        Gen.Select(AnyChange.Array[1, 10], Gen.Int[0, 20]).Sample((changes, at) =>
        {
            var subject = RecordedSubject.Of(changes);
            KeyValuePair<Scope, ConsentEntry>[] known = [.. subject.Consent.Entries];
            var (scope, entry) = known[at % known.Length];

            Assert.False(Follows(known.Where(e => e.Key != scope)));
            if (entry.Stop is { } stop)
            {
                Assert.False(Follows(With(entry with { Stop = null })));
                Assert.False(Follows(With(entry with { Stop = stop with { Number = stop.Number - subject.State.Number } })));
                Assert.False(Follows(With(entry with { Stop = stop with { Id = Id(999) } })));
            }

            if (entry.Allow is { } allow)
            {
                Assert.False(Follows(With(entry with { Allow = null })));
                Assert.False(Follows(With(entry with { Allow = allow with { Seen = allow.Seen + 1 } })));
                Assert.False(Follows(With(entry with { Allow = allow with { Id = Id(999) } })));
            }

            IEnumerable<KeyValuePair<Scope, ConsentEntry>> With(ConsentEntry other) =>
                known.Select(e => e.Key == scope ? KeyValuePair.Create(scope, other) : e);

            bool Follows(IEnumerable<KeyValuePair<Scope, ConsentEntry>> altered) => LedgerCheck.Follows(ConsentState.From(altered), subject.Ledger);
        });
}
