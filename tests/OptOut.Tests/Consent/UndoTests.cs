using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>The properties of undoing a submission.</summary>
public sealed class UndoTests
{
    private static readonly Guid SubmissionId = Id(900);

    [Fact]
    public void Undoing_a_press_restores_every_answer_from_before_it() => Recorded.Sample(before =>
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);

        var undone = Save(before.Take(press), press.SubmissionId);

        SameAnswers(before, undone);
    });

    [Fact]
    public void Undoing_a_submission_of_several_changes_restores_every_answer_from_before_it() =>
        Gen.Select(Recorded, AnyScope.Array[1, 5], AnyDecision.Array[5]).Sample((before, scopes, decisions) =>
        {
            var submission = scopes.Distinct().Zip(decisions).Select((choice, i) => Change.Create(
                Id(910 + i),
                Subject,
                choice.First,
                choice.Second,
                Noon.AddMinutes(30),
                Noon.AddMinutes(30),
                Source.PreferencePage,
                submissionId: SubmissionId,
                seen: choice.Second == Decision.Allow ? before.State.Number : null));

            SameAnswers(before, Save(before.Take(submission), SubmissionId));
        });

    [Fact]
    public void A_Stop_that_the_person_had_not_seen_survives_the_undo() => Gen.Select(Recorded, AnyScope).Sample((before, scope) =>
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var page = before.Take(press);
        var later = page.Take(Stop(902, scope.ToString(), minute: 31, source: Source.OneClick));

        var undone = later.Take(Write(later.Consent, Undo.Without(press.SubmissionId, page.State.Number, later.Ledger, later.Consent), page.State.Number));

        foreach (var q in Questions.Where(q => Covers(scope, q)))
            Assert.Equal(Decision.Stop, undone.Consent.Answer(q.Channel, q.Topic).Decision);
    });

    [Fact]
    public void A_Stop_recorded_after_the_ledger_was_read_survives_the_undo()
    {
        var press = Stop(901, minute: 30);
        var read = RecordedSubject.Of([press]);
        var late = read.Take(Stop(902, "email,*", minute: 31, source: Source.VendorWebhook));

        var wanted = Undo.Without(press.SubmissionId, read.State.Number, read.Ledger, late.Consent);

        Assert.Equal(["*", "-", "-", "-"], Channels.All.Select(c => wanted[c].ToString()));
    }

    [Theory]
    [InlineData(2, "-")]
    [InlineData(1, "*")]
    [InlineData(0, "*")]
    public void A_repetition_of_the_Stop_is_undone_with_it_only_if_the_person_had_seen_it(long seen, string left)
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = RecordedSubject.Of([press, Stop(902, minute: 31)]);

        var wanted = Undo.Without(press.SubmissionId, seen, after.Ledger, after.Consent);

        Assert.All(Channels.All, c => Assert.Equal(left, wanted[c].ToString()));
    }

    [Fact]
    public void A_second_undo_changes_nothing() => Recorded.Sample(before =>
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);

        var undone = Save(before.Take(press), press.SubmissionId);

        Assert.Empty(Write(
            undone.Consent, Undo.Without(press.SubmissionId, undone.State.Number, undone.Ledger, undone.Consent), undone.State.Number));
    });

    [Fact]
    public void Undoing_an_unknown_submission_changes_nothing() => Recorded.Sample(recorded => Assert.Empty(
        Write(recorded.Consent, Undo.Without(Id(999), recorded.State.Number, recorded.Ledger, recorded.Consent), recorded.State.Number)));

    private static void SameAnswers(RecordedSubject expected, RecordedSubject actual) => Assert.All(Questions, q =>
        Assert.Equal(expected.Consent.Answer(q.Channel, q.Topic).Decision, actual.Consent.Answer(q.Channel, q.Topic).Decision));

    private static RecordedSubject Save(RecordedSubject after, Guid submission) => after.Take(
        Write(after.Consent, Undo.Without(submission, after.State.Number, after.Ledger, after.Consent), after.State.Number));

    private static IReadOnlyList<Change> Write(ConsentState state, IReadOnlyDictionary<Channel, StopSet> wanted, long seen)
    {
        var submission = new Submission(Subject, Id(903), Noon.AddHours(2), Source.UnsubscribePage, ChangeEvidence.None, seen);
        return Preferences.Changes(state, wanted, submission.CreateChange);
    }
}
