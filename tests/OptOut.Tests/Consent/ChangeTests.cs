using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class ChangeTests
{
    [Theory]
    [InlineData(Source.OneClick, "")]
    [InlineData(Source.UnsubscribePage, "all")]
    [InlineData(Source.PublicPage, "")]
    [InlineData(Source.PreferencePage, "all")]
    [InlineData(Source.Portal, "all")]
    [InlineData(Source.SmsReply, "sms,*;sms,a")]
    [InlineData(Source.Mailto, "")]
    [InlineData(Source.PhoneAgent, "")]
    [InlineData(Source.PrintedCode, "")]
    [InlineData(Source.VendorWebhook, "")]
    [InlineData(Source.Reconciliation, "")]
    [InlineData(Source.Import, "")]
    public void Only_the_persons_own_action_through_a_verified_endpoint_may_allow(Source source, string scopes)
    {
        foreach (var scope in (string[])["*,*", "*,a", "email,*", "email,a", "sms,*", "sms,a", "phone,*", "post,a"])
        {
            var may = scopes == "all" || scopes.Split(';').Contains(scope);
            if (may)
                Assert.Equal(Decision.Allow, Allow(1, scope, source: source).Decision);
            else
                Assert.Equal(
                    $"{source} may not allow {scope}: only the person's own action through a verified endpoint may.",
                    Assert.Throws<AllowNotPermittedException>(() => Allow(1, scope, source: source)).Message);
            Assert.Equal(Decision.Stop, Stop(1, scope, source: source).Decision);
        }
    }

    [Fact]
    public void Every_source_is_in_the_table_above() => Assert.Equal(12, Enum.GetValues<Source>().Length);

    [Theory]
    [InlineData(2, Source.Import)]
    [InlineData(-1, Source.Portal)]
    [InlineData(7, Source.VendorWebhook)]
    public void A_decision_that_is_neither_Stop_nor_Allow_is_refused(int decision, Source source) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Change.Create(Id(1), Subject, Scope.Everything, (Decision)decision, Noon, Noon, source));

    [Fact]
    public void An_unknown_source_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() =>
        Change.Create(Id(1), Subject, Scope.Everything, Decision.Stop, Noon, Noon, (Source)99));

    [Fact]
    public void A_moment_after_its_receipt_is_clamped_to_the_receipt_and_moments_are_whole_milliseconds_in_UTC() =>
        Gen.Select(Gen.Long[-10_000_000_000, 10_000_000_000], Gen.Long[0, 10_000_000_000], Gen.Int[-14, 14]).Sample((at, received, hours) =>
        {
            var change = Change.Create(
                Id(1),
                Subject,
                Scope.Everything,
                Decision.Stop,
                Noon.AddTicks(at).ToOffset(TimeSpan.FromHours(hours)),
                Noon.AddTicks(received),
                Source.OneClick);

            Assert.True(change.At <= change.ReceivedAt);
            Assert.Equal((0, TimeSpan.Zero), (change.At.Ticks % TimeSpan.TicksPerMillisecond, change.At.Offset));
            Assert.Equal((0, TimeSpan.Zero), (change.ReceivedAt.Ticks % TimeSpan.TicksPerMillisecond, change.ReceivedAt.Offset));
            Assert.InRange(
                Noon.AddTicks(Math.Min(at, received)) - change.At, TimeSpan.Zero, TimeSpan.FromMilliseconds(1) - TimeSpan.FromTicks(1));
        });

    [Theory]
    [InlineData("")]
    [InlineData("caf\u00e9")]
    [InlineData("two\nlines")]
    [InlineData("\u007f")]
    public void A_reference_that_is_not_1_to_200_printable_ASCII_characters_is_refused(string reference) =>
        Assert.Throws<ArgumentException>(() => WithEvidence(new ChangeEvidence(Reference: reference)));

    [Fact]
    public void A_reference_of_200_characters_is_accepted_and_one_of_201_is_not()
    {
        Assert.Equal(200, WithEvidence(new ChangeEvidence(Reference: new string('x', 200))).Evidence.Reference!.Length);
        Assert.Throws<ArgumentException>(() => WithEvidence(new ChangeEvidence(Reference: new string('x', 201))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    [InlineData("Someone@example.com")]
    public void An_invalid_vendor_name_is_refused(string vendor) =>
        Assert.Throws<ArgumentException>(() => WithEvidence(new ChangeEvidence(Vendor: vendor)));

    private static Change WithEvidence(ChangeEvidence evidence) =>
        Change.Create(Id(1), Subject, Scope.Everything, Decision.Stop, Noon, Noon, Source.VendorWebhook, evidence);
}
