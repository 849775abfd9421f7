using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>What a subject's row makes of changes, as they come in.</summary>
public sealed class SubjectStateTests
{
    [Fact]
    public void A_Stop_that_only_repeats_takes_a_number_and_has_no_entry()
    {
        var subject = RecordedSubject.Of([Stop(1), Stop(2, minute: 1)]);

        Assert.Equal((2, 1), (subject.State.Number, subject.Ledger.Count));
        Assert.Equal(new LastStop(2, Id(1), Noon), subject.Consent.Entry(Scope.Everything).Stop);
    }

    [Fact]
    public void A_Stop_after_an_Allow_of_part_of_it_is_not_a_repeat() =>
        Assert.Equal(3, RecordedSubject.Of([Stop(1), Allow(2, "email,a", seen: 1), Stop(3)]).Ledger.Count);

    [Fact]
    public void A_repeat_that_an_Allow_had_not_seen_is_written_to_the_ledger_before_it()
    {
        var subject = RecordedSubject.Of([Stop(1), Stop(2, minute: 1), Allow(3, "email,a", seen: 1)]);

        Assert.Equal([(1, Id(1)), (2, Id(2)), (3, Id(3))], subject.Ledger.Select(e => ((int)e.Number, e.Change.Id)));
        Assert.Equal(Decision.Stop, Ledger.Replay(subject.Ledger).Answer(Channel.Email, Topics[0]).Decision);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void What_was_repeated_changes_nothing_when_it_is_delivered_again(int others)
    {
        Change[] repeats = [.. Enumerable.Range(10, others).Select(i => Stop(i, minute: 1))];
        var subject = RecordedSubject.Of([Stop(1), .. repeats, Stop(2, minute: 2), Allow(3, "*,*", seen: 100)]);

        var again = subject.Take(Stop(2, minute: 2)).Take(Stop(1)).Take(Allow(3, "*,*", seen: 100));

        Assert.Equal(Decision.Allow, again.Consent.Answer(Channel.Email).Decision);
        Assert.Equal(subject.State.Number, again.State.Number);
    }

    [Fact]
    public void The_last_repeat_of_a_scope_is_written_to_the_ledger_before_it_is_forgotten()
    {
        Change[] repeats = [.. Enumerable.Range(10, SubjectState.MaxRepeats + 1).Select(i => Stop(i, minute: 1))];
        var subject = RecordedSubject.Of([Stop(1), Stop(2, "email,*"), Stop(3, "email,*"), .. repeats]);

        Assert.Equal(SubjectState.MaxRepeats, subject.State.Repeats.Count);
        Assert.Equal([1L, 2L, 3L], subject.Ledger.Select(e => e.Number));
    }

    [Fact]
    public void A_source_that_hands_out_reference_numbers_gets_one_entry_a_minute()
    {
        var subject = RecordedSubject.Of(
        [
            Stop(1), Stop(2, minute: 1, source: Source.PhoneAgent), Stop(3, minute: 1, source: Source.PhoneAgent),
            Stop(4, minute: 1, source: Source.Portal), Stop(5, minute: 2, source: Source.PhoneAgent),
        ]);

        Assert.Equal([Id(1), Id(2), Id(4), Id(5)], subject.Ledger.Select(e => e.Change.Id));
    }

    [Fact]
    public void An_Allow_cannot_have_seen_what_never_was()
    {
        var subject = RecordedSubject.Of([Stop(1)]);

        var (after, taken) = subject.TakeAll([Allow(2, seen: 2)]);

        Assert.Equal(Id(2), Assert.Single(taken.Unknown).Id);
        Assert.Equal((1, 1), (after.State.Number, after.Ledger.Count));
    }

    [Theory]
    [InlineData(Source.VendorWebhook, -6, false)]
    [InlineData(Source.Reconciliation, -6, false)]
    [InlineData(Source.Import, -6, false)]
    [InlineData(Source.VendorWebhook, -5, true)]
    [InlineData(Source.OneClick, -60, true)]
    public void A_report_from_before_the_Allow_is_old_news_and_a_persons_own_Stop_is_not(Source source, int minute, bool stops)
    {
        var subject = RecordedSubject.Of([Stop(1, minute: -90), Allow(2, seen: 1)]);

        var (after, taken) = subject.TakeAll([Stop(3, "email,*", minute: minute, source: source)]);

        Assert.Equal(stops ? [] : [Id(3)], taken.OldNews.Select(c => c.Id));
        Assert.Equal(stops ? Decision.Stop : Decision.Allow, after.Consent.Answer(Channel.Email).Decision);
    }

    [Fact]
    public void A_submission_of_several_messages_sees_its_own_Stops_only_while_nothing_else_comes_in()
    {
        var before = RecordedSubject.Of([Stop(1)]);
        Change[] first = [Part(2, "email,*", Decision.Stop)], second = [Part(3, "email,a", Decision.Allow)];

        Assert.Equal(Decision.Allow, before.Take(first).Take(second).Consent.Answer(Channel.Email, Topics[0]).Decision);
        Assert.Equal(
            Decision.Stop, before.Take(first).Take(Stop(4, "sms,*")).Take(second).Consent.Answer(Channel.Email, Topics[0]).Decision);

        static Change Part(int id, string scope, Decision decision) => Change.Create(
            Id(id), Subject, Scope.Parse(scope), decision, Noon, Noon, Source.Portal, submissionId: Id(50),
            seen: decision == Decision.Allow ? 1 : null);
    }

    [Fact]
    public void Only_the_persons_own_action_ever_turns_a_Stop_into_an_Allow() => AnyAttempt.Array[0, 12].Sample(attempts =>
    {
        var subject = RecordedSubject.Nothing;
        foreach (var change in attempts.Select(a => a.Record()).OfType<Change>())
        {
            var before = subject.Consent;
            subject = subject.Take(change);
            foreach (var (channel, topic) in Questions)
            {
                if (before.Answer(channel, topic).Decision == Decision.Stop && subject.Consent.Answer(channel, topic).Decision == Decision.Allow)
                {
                    Assert.Equal(Decision.Allow, change.Decision);
                    Assert.True(
                        change.Source is Source.UnsubscribePage or Source.PreferencePage or Source.Portal
                            || (change.Source is Source.SmsReply && channel == Channel.Sms));
                }
            }
        }
    });
}
