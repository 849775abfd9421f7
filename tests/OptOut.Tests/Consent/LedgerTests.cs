using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class LedgerTests
{
    // Computed independently of this code, from the text that the ledger's README documents. Anyone who verifies a ledger relies on them.
    private const string StartHash = "0b50b70e2b6222e106f2f71463087c5942ce5dbcf5e9b5199599cd70c98fbfb2";
    private const string FirstHash = "cd50d0067ca752e4db04939b9ec0ce46acd84079780929fd058e9d05b342f7ab";
    private const string SecondHash = "1d82f2b84509b4136090d9c89639180bea365c25524a44825c3e9cc2d260bb33";

    private static readonly Gen<LedgerEntry[]> Chain = AnyChange.Array[1, 10].Select(LedgerOf);

    [Fact]
    public void The_hashes_match_those_computed_independently_from_the_canonical_text()
    {
        var first = Change.Create(
            Id(1),
            Subject,
            Scope.Everything,
            Decision.Stop,
            new(2026, 5, 1, 10, 11, 12, 345, TimeSpan.Zero),
            new(2026, 5, 1, 10, 11, 13, TimeSpan.Zero),
            Source.OneClick,
            new ChangeEvidence(Channel.Email, Topic.Parse("newsletter"), 42));
        var second = Change.Create(
            Id(2),
            Subject,
            Scope.Parse("sms,offers"),
            Decision.Allow,
            new(2026, 5, 2, 2, 0, 0, TimeSpan.FromHours(2)),
            new(2026, 5, 2, 2, 0, 0, TimeSpan.FromHours(2)),
            Source.SmsReply,
            new ChangeEvidence(Vendor: "twilio", Reference: "SM-1", By: "key:portal"),
            Id(9),
            seen: 3);

        Assert.Equal(new LedgerHead(0, StartHash), Ledger.Start(Subject));
        var entry = Ledger.Append(Ledger.Start(Subject), 1, first);
        Assert.Equal(new LedgerEntry(1, 1, first, StartHash, FirstHash), entry);
        Assert.Equal(SecondHash, Ledger.Append(new LedgerHead(1, FirstHash), 4, second).Hash);
        Assert.Equal(
            $"""
            optout-ledger-2
            0024H36H2NCSVRH6DAQF6DVVQZ
            2
            {FirstHash}
            4
            0196c9a1-0000-7000-8000-000000000002
            0196c9a1-0000-7000-8000-000000000009
            sms,offers
            Allow
            3
            2026-05-02T00:00:00.000Z
            2026-05-02T00:00:00.000Z
            SmsReply


            0
            twilio
            SM-1
            key:portal
            """.ReplaceLineEndings("\n"),
            Ledger.CanonicalText(2, FirstHash, 4, second));
    }

    [Fact]
    public void An_unaltered_ledger_is_intact() => Chain.Sample(chain => Assert.Null(Ledger.FirstBroken(Subject, chain, Head(chain))));

    [Fact]
    public void An_empty_ledger_is_intact_only_for_its_own_subject()
    {
        Assert.Null(Ledger.FirstBroken(Subject, [], Ledger.Start(Subject)));
        Assert.Equal(1, Ledger.FirstBroken(new SubjectKey(1), [], Ledger.Start(Subject)));
    }

    [Fact]
    public void An_entry_altered_in_any_field_is_detected() =>
        Gen.Select(Chain, Gen.Int[0, 9], AnyChange, Gen.Int[0, 12]).Sample((chain, at, other, field) =>
        {
            var i = at % chain.Length;
            var entry = chain[i];
            var altered = field switch
            {
                0 => entry with { Change = other },
                1 => entry with { Sequence = entry.Sequence + 1 },
                2 => entry with { PreviousHash = entry.Hash },
                3 => entry with { Hash = entry.PreviousHash },
                4 => entry with
                {
                    Change = entry.Change with { Decision = entry.Change.Decision == Decision.Stop ? Decision.Allow : Decision.Stop },
                },
                5 => entry with { Change = entry.Change with { At = entry.Change.At.AddMilliseconds(1) } },
                6 => entry with { Change = entry.Change with { ReceivedAt = entry.Change.ReceivedAt.AddMilliseconds(-1) } },
                7 => entry with { Change = entry.Change with { Subject = new SubjectKey(1) } },
                8 => entry with { Change = entry.Change with { Evidence = new ChangeEvidence(Reference: "x") } },
                9 => entry with { Change = entry.Change with { SubmissionId = Id(78) } },
                10 => entry with { Number = entry.Number + 1 },
                11 => entry with { Change = entry.Change with { Seen = (entry.Change.Seen ?? 0) + 1 } },
                _ => entry with { Change = entry.Change with { Id = Id(77) } },
            };
            if (altered == entry)
                return;

            Assert.Equal(i + 1, Ledger.FirstBroken(Subject, [.. chain[..i], altered, .. chain[(i + 1)..]], Head(chain)));
        });

    [Fact]
    public void A_removed_inserted_or_repeated_entry_is_detected() =>
        Gen.Select(Chain, Gen.Int[0, 9], AnyChange).Sample((chain, at, change) =>
        {
            var i = at % chain.Length;
            var inserted = Ledger.Append(i == 0 ? Ledger.Start(Subject) : Head(chain[..i]), i + 1, change);

            Assert.Equal(i + 1, Ledger.FirstBroken(Subject, [.. chain[..i], .. chain[(i + 1)..]], Head(chain)));
            Assert.Equal(i + 2, Ledger.FirstBroken(Subject, [.. chain[..(i + 1)], .. chain[i..]], Head(chain)));
            if (inserted != chain[i])
                Assert.Equal(i + 2, Ledger.FirstBroken(Subject, [.. chain[..i], inserted, .. chain[i..]], Head(chain)));
        });

    [Fact]
    public void Two_swapped_entries_are_detected() =>
        Gen.Select(AnyChange.Array[2, 10].Select(LedgerOf), Gen.Int[0, 9], Gen.Int[0, 9]).Sample((chain, a, b) =>
        {
            var (i, j) = (Math.Min(a % chain.Length, b % chain.Length), Math.Max(a % chain.Length, b % chain.Length));
            if (i == j)
                return;
            var swapped = chain.ToArray();
            (swapped[i], swapped[j]) = (chain[j], chain[i]);

            Assert.Equal(i + 1, Ledger.FirstBroken(Subject, swapped, Head(chain)));
        });

    [Fact]
    public void A_ledger_rewritten_with_correct_hashes_does_not_match_the_stored_head() =>
        Gen.Select(Chain, Gen.Int[0, 9], AnyChange).Sample((chain, at, change) =>
        {
            var i = at % chain.Length;
            if (chain[i].Change == change)
                return;
            var rewritten = LedgerOf([.. chain.Select((e, n) => n == i ? change : e.Change)]);

            Assert.Null(Ledger.FirstBroken(Subject, rewritten, Head(rewritten)));
            Assert.Equal(chain.Length + 1, Ledger.FirstBroken(Subject, rewritten, Head(chain)));
        });

    [Fact]
    public void A_ledger_is_not_intact_for_another_subject() =>
        Chain.Sample(chain => Assert.Equal(1, Ledger.FirstBroken(new SubjectKey(1), chain, Head(chain))));

    private static LedgerEntry[] LedgerOf(Change[] changes)
    {
        var (head, entries) = (Ledger.Start(Subject), new List<LedgerEntry>());
        foreach (var change in changes)
        {
            entries.Add(Ledger.Append(head, head.Sequence + 1, change));
            head = new LedgerHead(entries[^1].Sequence, entries[^1].Hash);
        }

        return [.. entries];
    }

    private static LedgerHead Head(LedgerEntry[] chain) => new(chain[^1].Sequence, chain[^1].Hash);
}
