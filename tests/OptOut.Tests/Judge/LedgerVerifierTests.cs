using CsCheck;
using OptOut.Consent;
using OptOut.Judge;

namespace OptOut.Tests.Judge;

/// <summary>The judge's own reading of chains and states, compared with the product's, and with every field altered.</summary>
public sealed class LedgerVerifierTests
{
    private static readonly SubjectKey Subject = new(42);

    private static readonly string[] Scopes = ["*,*", "email,*", "*,offers", "sms,newsletter", "post,events", "phone,*"];

    private static readonly Gen<Change> AnyChange =
        from id in Gen.Guid
        from submission in Gen.Guid
        from scope in Gen.Int[0, Scopes.Length - 1].Select(i => Scopes[i])
        from isStop in Gen.Bool
        from at in Gen.Int[0, 5]
        select Change.Create(
            id, Subject, Scope.Parse(scope), isStop ? Decision.Stop : Decision.Allow, Moment(at), Moment(9),
            isStop ? Source.PhoneAgent : Source.Portal,
            new ChangeEvidence(Channel.Phone, Topic.Parse("offers"), 7, null, "agent A-17, call 12", "key:desk"), submission,
            isStop ? null : at);

    [Fact]
    public void The_products_ledgers_verify_and_lead_to_the_products_state() => AnyChange.Array[0, 12].Sample(changes =>
    {
        var subject = Record(changes);
        Assert.Null(LedgerVerifier.FindBreak(subject));
        var state = Ledger.Replay(Append(changes));
        Assert.Equal(
            state.Entries.Select(e => (e.Key.ToString(), e.Value.Stop?.Number ?? 0, e.Value.Allow?.Seen ?? 0)).Order(),
            LedgerVerifier.Replay(subject).Select(e => (e.Scope, e.Stop, e.Seen)).Order());
        foreach (var cell in Cell.All)
        {
            Assert.True(Channels.TryParse(cell.Channel, out var channel));
            var answer = state.Answer(channel, cell.Topic.Length == 0 ? null : Topic.Parse(cell.Topic));
            Assert.Equal(answer.Decision == Decision.Stop, Answering.IsStopped(LedgerVerifier.Replay(subject), cell));
            Assert.Equal(
                answer.Decision == Decision.Stop, Answering.Holds(state.Stops(channel).ToString(), cell.Topic));
        }
    }, iter: 300);

    public static TheoryData<string, Func<object, object>> Alterations => new()
    {
        { "sequence", Alter(l => l with { Sequence = 7 }) },
        { "number", Alter(l => l with { Number = 70 }) },
        { "seen", Alter(l => l with { Seen = 70 }) },
        { "by", Alter(l => l with { By = "key:other" }) },
        { "id", Alter(l => l with { Id = Flip(l.Id) }) },
        { "submission", Alter(l => l with { SubmissionId = Flip(l.SubmissionId) }) },
        { "subject", Alter(l => l with { Subject = Flip(l.Subject) }) },
        { "scope", Alter(l => l with { Scope = "sms,*" }) },
        { "decision", Alter(l => l with { Decision = l.IsStop ? "Allow" : "Stop" }) },
        { "moment", Alter(l => l with { At = l.At.AddMilliseconds(-1) }) },
        { "received", Alter(l => l with { ReceivedAt = l.ReceivedAt.AddMilliseconds(1) }) },
        { "source", Alter(l => l with { Source = "Import" }) },
        { "channel", Alter(l => l with { SeenOnChannel = "" }) },
        { "topic", Alter(l => l with { SeenOnTopic = "events" }) },
        { "campaign", Alter(l => l with { Campaign = 8 }) },
        { "vendor", Alter(l => l with { Vendor = "x" }) },
        { "reference", Alter(l => l with { Reference = l.Reference + " " }) },
        { "previous hash", Alter(l => l with { PreviousHash = Flip(l.PreviousHash) }) },
        { "hash", Alter(l => l with { Hash = Flip(l.Hash) }) },
    };

    [Theory, MemberData(nameof(Alterations))]
    public void An_altered_field_of_any_entry_is_found(string field, Func<object, object> alter)
    {
        var subject = Record(Three());
        for (var i = 0; i < subject.Ledger.Count; i++)
        {
            var altered = subject.Ledger.Select((line, at) => at == i ? (LedgerLine)alter(line) : line).ToList();
            Assert.True(LedgerVerifier.FindBreak(subject with { Ledger = altered }) is not null, $"{field} of entry {i + 1}");
        }
    }

    [Fact]
    public void A_missing_a_doubled_and_a_swapped_entry_and_a_forgotten_end_are_found()
    {
        var subject = Record(Three());
        var (a, b, c) = (subject.Ledger[0], subject.Ledger[1], subject.Ledger[2]);
        foreach (var ledger in (LedgerLine[][])[[b, c], [a, c], [a, b], [a, a, b, c], [a, c, b], []])
            Assert.NotNull(LedgerVerifier.FindBreak(subject with { Ledger = ledger }));
        Assert.NotNull(LedgerVerifier.FindBreak(subject with { HeadHash = b.Hash }));
        Assert.NotNull(LedgerVerifier.FindBreak(subject with { Key = new SubjectKey(43).ToString() }));
    }

    private static Change[] Three() =>
    [
        .. Enumerable.Range(1, 3).Select(i => Change.Create(
            new Guid(i, 1, 2, new byte[8]), Subject, Scope.Everything, Decision.Stop, Moment(i), Moment(i), Source.OneClick,
            new ChangeEvidence(Channel.Email, Topic.Parse("offers"), 7, null, "r"), new Guid(i, 5, 2, new byte[8]))),
    ];

    private static List<LedgerEntry> Append(IEnumerable<Change> changes)
    {
        var (head, entries) = (Ledger.Start(Subject), new List<LedgerEntry>());
        foreach (var change in changes)
        {
            entries.Add(Ledger.Append(head, (head.Sequence * 2) + 1, change));
            head = new LedgerHead(entries[^1].Sequence, entries[^1].Hash);
        }

        return entries;
    }

    private static SubjectRecord Record(IEnumerable<Change> changes)
    {
        var entries = Append(changes);
        var lines = entries.ConvertAll(entry => new LedgerLine(
            entry.Sequence, entry.Number, entry.Change.Id.ToString("D"), entry.Change.SubmissionId.ToString("D"),
            entry.Change.Subject.ToString(), entry.Change.Scope.ToString(), entry.Change.Decision.ToString(), entry.Change.Seen,
            entry.Change.At, entry.Change.ReceivedAt, entry.Change.Source.ToString(),
            entry.Change.Evidence.Channel?.Name() ?? "", entry.Change.Evidence.Topic?.Value ?? "", entry.Change.Evidence.Campaign,
            entry.Change.Evidence.Vendor ?? "", entry.Change.Evidence.Reference ?? "", entry.Change.Evidence.By ?? "",
            entry.PreviousHash, entry.Hash));
        return new SubjectRecord(
            Subject.ToString(), lines, [], lines.Count, lines.Count == 0 ? LedgerVerifier.Start(Subject.ToString()) : lines[^1].Hash, [], []);
    }

    private static Func<object, object> Alter(Func<LedgerLine, LedgerLine> alter) => line => alter((LedgerLine)line);

    private static string Flip(string text) => text[..^1] + (text[^1] == '1' ? '2' : '1');

    private static DateTimeOffset Moment(int second) => new(2026, 11, 28, 9, 0, second, TimeSpan.Zero);
}
