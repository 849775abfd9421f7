using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>
/// Small histories of one person: submissions of several scopes, delayed, doubled and reordered on their way, made on stale pages, with
/// clocks an hour apart. The last thing a person did, knowing what they had seen, is what stands; in doubt, Stop; and replaying the ledger
/// alone says the same.
/// </summary>
public sealed class ConsentModelTests
{
    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (2, Gen.Const((Step)new Step.OpenPage())),
        (4, Gen.Select(
            Gen.Select(AnyScope, AnyDecision).Array[1, 4], AnySource, Gen.Bool, Gen.Int[-60, 60],
            (choices, source, waits, clock) => (Step)new Step.Submit(choices, source, waits, clock))),
        (3, Gen.Select(Gen.Int, Gen.Bool, (which, again) => (Step)new Step.Deliver(which, again))));

    [Fact]
    public void What_a_person_did_last_knowing_what_they_had_seen_is_what_stands() => Explore(2_000);

    [LongFact]
    public void And_in_two_hundred_thousand_histories() => Explore(200_000);

    private static void Explore(int histories) => AnyStep.Array[1, 14].Sample(
        steps =>
        {
            var history = new History();
            foreach (var step in steps)
            {
                history.Do(step);
                history.Check();
            }

            history.DeliverEverythingTwice();
            history.Check();
            history.CheckLastAct();
        },
        iter: histories);

    private abstract record Step
    {
        public sealed record OpenPage : Step;

        /// <param name="Waits">Whether it goes by the bus, rather than to the store at once.</param>
        /// <param name="Clock">How many minutes the clock of its instance is off.</param>
        public sealed record Submit((Scope Scope, Decision Decision)[] Choices, Source Source, bool Waits, int Clock) : Step;

        /// <param name="Which">Chooses one of the messages under way.</param>
        /// <param name="Again">Whether it stays under way, to be delivered again.</param>
        public sealed record Deliver(int Which, bool Again) : Step;
    }

    private sealed class History
    {
        private readonly List<Change[]> _submitted = [], _underWay = [];
        private readonly Dictionary<Guid, HashSet<Guid>> _seenBy = [];
        private readonly HashSet<Guid> _taken = [];
        private RecordedSubject _subject = RecordedSubject.Nothing;
        private (long Number, HashSet<Guid> Stops) _page = (0, []);
        private int _ids = 1000;

        public void Do(Step step)
        {
            switch (step)
            {
                case Step.OpenPage:
                    _page = (_subject.State.Number, [.. _taken]);
                    break;
                case Step.Submit submit:
                    var submission = Write(submit);
                    _submitted.Add(submission);
                    if (submit.Waits)
                        _underWay.Add(submission);
                    else
                        Take(submission);
                    break;
                case Step.Deliver deliver when _underWay.Count > 0:
                    var i = (int)((uint)deliver.Which % _underWay.Count);
                    Take(_underWay[i]);
                    if (!deliver.Again)
                        _underWay.RemoveAt(i);
                    break;
            }
        }

        public void DeliverEverythingTwice()
        {
            foreach (var submission in _underWay.AsEnumerable().Reverse().Concat(_submitted))
                Take(submission);
        }

        /// <summary>The rule by itself, on all that was taken; and what the ledger says without the state.</summary>
        public void Check()
        {
            var replayed = Ledger.Replay(_subject.Ledger);
            var acts = _submitted.SelectMany(s => s).Where(c => _taken.Contains(c.Id)).ToArray();
            foreach (var question in Questions)
            {
                var stopped = _subject.Consent.Answer(question.Channel, question.Topic).Decision == Decision.Stop;

                Assert.Equal(stopped, replayed.Answer(question.Channel, question.Topic).Decision == Decision.Stop);

                // A Stop is undone only by somebody who had seen it, or who said it again in the submission that allows something narrower.
                var standing = acts.Where(stop => stop.Decision == Decision.Stop && Covers(stop.Scope, question)
                    && !acts.Any(allow => allow.Decision == Decision.Allow && Covers(allow.Scope, question)
                        && (_seenBy[allow.SubmissionId].Contains(stop.Id) || allow.SubmissionId == stop.SubmissionId)));
                if (standing.Any())
                    Assert.True(stopped);
            }

            Assert.Null(Ledger.FirstBroken(Subject, _subject.Ledger, _subject.State.Head));
        }

        public void CheckLastAct()
        {
            if (_submitted.Count == 0)
                return;
            var last = _submitted[^1];
            var sawEverything = _submitted[..^1].SelectMany(s => s).All(c => _seenBy[last[0].SubmissionId].Contains(c.Id));
            foreach (var question in Questions)
            {
                var own = last.Where(c => Covers(c.Scope, question)).ToArray();
                var narrowest = own.Where(c => c.Scope.Width == own.Min(o => o.Scope.Width)).ToArray();
                var stopped = _subject.Consent.Answer(question.Channel, question.Topic).Decision == Decision.Stop;
                if (narrowest.Any(c => c.Decision == Decision.Stop))
                    Assert.True(stopped, "The last Stop was lost.");
                else if (narrowest.Length > 0 && sawEverything)
                    Assert.False(stopped, "An Allow of somebody who had seen everything did not win.");
            }
        }

        private Change[] Write(Step.Submit submit)
        {
            var (id, now) = (Id(_ids++), Noon.AddMinutes(submit.Clock));
            _seenBy[id] = _page.Stops;
            return
            [
                .. submit.Choices.DistinctBy(c => c.Scope).Select(c => Change.Create(
                    Id(_ids++),
                    Subject,
                    c.Scope,
                    submit.Source.MayAllow(c.Scope) ? c.Decision : Decision.Stop,
                    now,
                    now,
                    submit.Source.Reports() ? Source.OneClick : submit.Source,
                    submissionId: id,
                    seen: submit.Source.MayAllow(c.Scope) && c.Decision == Decision.Allow ? _page.Number : null)),
            ];
        }

        private void Take(Change[] submission)
        {
            _subject = _subject.Take(submission);
            _taken.UnionWith(submission.Select(c => c.Id));
        }
    }
}
