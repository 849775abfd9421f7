using OptOut.Judge;

namespace OptOut.Tests.Judge;

/// <summary>Each kind of mistake, made by hand in records that were right: the verdict names it.</summary>
public sealed class VerdictTests
{
    private const string P1 = "P1", P2 = "P2", P3 = "P3", Bystander = "P4";

    private readonly JudgedWorld _world = new();
    private readonly string _stop, _choice;

    public VerdictTests()
    {
        _world.Announce(P1);
        _world.Announce(P2);
        _world.Announce(P3, JudgedWorld.Email(P1));
        _world.Announce(Bystander);
        _stop = _world.Do(P1, "Stop", "*,*", "OneClick");
        _choice = _world.Do(P2, "Stop", "email,offers", "PhoneAgent");
        _world.Do(P3, "Stop", "*,*", "UnsubscribePage");
        _world.Do(P3, "Allow", "*,*", "PreferencePage");
    }

    private Observed Healthy => _world.Observe();

    [Fact]
    public void Nothing_is_found_where_nothing_is_wrong() => Assert.Empty(Verdict.Judge(Healthy).Findings);

    [Fact]
    public void A_lost_Stop_is_found() => AssertFound(
        Without(Healthy, P1), "An opt-out that was answered stands.", $"reference {_stop}", "Intake");

    [Fact]
    public void A_Stop_that_is_in_the_state_and_not_in_the_ledger_is_found()
    {
        var (whole, lost) = (Subject(Healthy, P1), Subject(Without(Healthy, P1), P1));
        AssertFound(
            With(Healthy, lost with { State = whole.State }),
            "Replaying a ledger gives the stored state.", "the ledger leads to allowed", "ConsentStore");
    }

    [Fact]
    public void A_change_of_a_submission_that_was_dropped_is_found()
    {
        _world.Do(P2, "Stop", "sms,events", "Portal");
        var whole = Subject(Healthy, P2);
        var cut = whole with { Ledger = whole.Ledger.Take(1).ToList(), HeadSequence = 1, HeadHash = whole.Ledger[0].Hash };
        AssertFound(
            With(Healthy, cut with { State = LedgerVerifier.Replay(cut) }),
            "An opt-out that was answered stands.", "stopped sms,events for customer P2", "Intake");
    }

    [Fact]
    public void A_part_of_a_submission_that_was_dropped_is_found()
    {
        _world.Do(P2, "Stop", ["sms,events", "phone,*"], "Portal");
        AssertFound(Cut(2), "An opt-out that was answered stands.", "stopped phone,- for customer P2", "of one submission, only a part");
        AssertFound(Cut(1), "An opt-out that was answered stands.", "stopped phone,- for customer P2", "Intake");

        Observed Cut(int kept)
        {
            var whole = Subject(Healthy, P2);
            var cut = whole with { Ledger = whole.Ledger.Take(kept).ToList(), HeadSequence = kept, HeadHash = whole.Ledger[kept - 1].Hash };
            return With(Healthy, cut with { State = LedgerVerifier.Replay(cut) });
        }
    }

    [Fact]
    public void A_message_that_was_lost_after_the_store_had_the_change_leads_to_the_intake()
    {
        // The state, the ledger and the contact point's row have it; no vendor was ever told, and no mail was sent.
        var observed = Healthy;
        observed = observed with
        {
            Mails = [.. observed.Mails.Where(m => !m.References.Contains(_stop))],
            VendorEntries = [.. observed.VendorEntries.Where(e => e.Contact != JudgedWorld.Phone(P1))],
        };
        AssertFound(observed, "An opt-out that was answered is stopped at every vendor of its channel.", "Our row says: nothing", "Intake");
        AssertFound(observed, "Every submission is named in a confirmation mail.", $"No mail names {_stop}", "Intake");
    }

    [Fact]
    public void A_Stop_that_was_undone_by_nobody_is_found()
    {
        var observed = Allowing(P1, "OneClick");
        AssertFound(observed, "An opt-out that was answered stands.", "has Allow *,*", "ConsentStore");
        AssertFound(observed, "Every entry of a ledger is something that was asked.", "no act of the journal asked for it", "Intake");
    }

    [Fact]
    public void An_undo_that_takes_back_one_Stop_too_many_is_found()
    {
        // The person took back the agent's Stop alone; the undo allowed what another entry had stopped too.
        _world.Do(P2, "Stop", "sms,*", "UnsubscribePage");
        _world.Do(P2, "Allow", "email,offers", "UnsubscribePage", undoes: _choice);
        AssertFound(
            Allowing(P2, "UnsubscribePage"), "An opt-out that was answered stands.", "stopped sms,newsletter for customer P2", "Undo");
    }

    [Fact]
    public void A_Stop_that_an_undo_took_back_too_leads_to_the_undo_whatever_was_chosen_since()
    {
        // The undo took back the Stop of everything besides its own; afterwards the person allowed something else.
        _world.Do(P1, "Stop", "email,offers", "UnsubscribePage");
        _world.Do(P1, "Allow", "email,offers", "UnsubscribePage", undoes: _choice);
        _world.Do(P1, "Allow", "email,offers", "PreferencePage");
        var (rule, evidence) = ("An opt-out that was answered stands.", "stopped sms,newsletter for customer P1");
        AssertFound(Allowing(P1, "UnsubscribePage"), rule, evidence, "Undo.cs");
        Assert.All(
            Verdict.Judge(Allowing(P1, "UnsubscribePage")).Findings.Where(f => f.Rule == rule),
            f => Assert.StartsWith(Areas.Undo, f.Area, StringComparison.Ordinal));
    }

    [Fact]
    public void A_Stop_that_nobody_asked_for_is_found()
    {
        var (observed, stop) = (Healthy, new StateEntry("*,*", 1, Guid.Empty.ToString("D"), 0, ""));
        AssertFound(
            With(observed, Subject(observed, Bystander) with { State = [stop] }),
            "Nobody is stopped who did not ask, or who allowed it again.", "customer P4", "ConsentStore");
    }

    [Fact]
    public void A_row_of_a_contact_point_that_lost_a_Stop_is_found() => AssertFound(
        WithStops(Healthy, JudgedWorld.Email(P1), "email", "-"),
        "An opt-out that was answered stops every contact point of the person.", "its row says", "IdentifierIndex");

    [Fact]
    public void A_contact_point_that_is_stopped_without_reason_is_found() => AssertFound(
        WithStops(Healthy, JudgedWorld.Email(Bystander), "email", "newsletter"),
        "No contact point is stopped whose owners did not ask.", "email,newsletter of Email:p4@people.example", "IdentifierIndex");

    [Fact]
    public void A_check_that_answers_wrongly_is_found()
    {
        var observed = Healthy;
        AssertFound(
            observed with { Checks = [.. observed.Checks.Select(c => c.Contact == JudgedWorld.Phone(P1) ? c with { Allowed = true } : c)] },
            "An opt-out that was answered stops every contact point of the person.", "GET /api/check says", "IdentifierIndex");
    }

    public static TheoryData<string, string> Lists =>
        new(VendorLists.All.Where(l => l.Kind != Contact.Postal).Select(l => (l.Vendor, l.Name)));

    [Theory, MemberData(nameof(Lists))]
    public void A_Stop_that_is_missing_on_one_list_of_one_vendor_is_found(string vendor, string list)
    {
        var observed = Healthy;
        AssertFound(
            observed with { VendorEntries = [.. observed.VendorEntries.Where(e => (e.Vendor, e.List) != (vendor, list))] },
            "An opt-out that was answered is stopped at every vendor of its channel.",
            $"{vendor} does not have it on its list {list}",
            "Delivery");
    }

    [Theory, MemberData(nameof(Lists))]
    public void An_entry_on_one_list_of_one_vendor_without_reason_is_found(string vendor, string list)
    {
        var observed = Healthy;
        var isEmail = VendorLists.All.First(l => l.Vendor == vendor).Kind == Contact.Email;
        var who = isEmail ? JudgedWorld.Email(P2) : JudgedWorld.Phone(Bystander);
        if (vendor is "sendgrid" or "crm" && list.EndsWith(list[0] == 'g' ? "102" : "offers", StringComparison.Ordinal))
            who = JudgedWorld.Email(Bystander);
        AssertFound(
            observed with { VendorEntries = [.. observed.VendorEntries, new VendorEntry(vendor, list, who)] },
            "Nobody is on a vendor's list who did not ask, or who allowed it again.", $"{vendor} has {who} on its list {list}", "Delivery");
    }

    [Fact]
    public void A_submission_that_no_mail_names_is_found()
    {
        var observed = Healthy;
        AssertFound(
            observed with { Mails = [.. observed.Mails.Where(m => !m.References.Contains(_stop))] },
            "Every submission is named in a confirmation mail.", $"No mail names {_stop}", "Confirmation");
    }

    [Fact]
    public void A_submission_that_two_mails_name_is_found_unless_something_was_disturbed_then()
    {
        var observed = Healthy;
        var first = observed.Mails.First(m => m.References.Contains(_stop));
        observed = observed with { Mails = [.. observed.Mails, first with { At = first.At.AddSeconds(30) }] };
        AssertFound(observed, "Every submission is named in exactly one confirmation mail.", $"2 mails name {_stop}", "Confirmation");

        Disturbance Kill(double after) => new(first.At.AddSeconds(after), first.At.AddSeconds(after), "functions", "kill -9");
        var excused = Verdict.Judge(observed with { Disturbances = [Kill(0.2)] });
        Assert.Empty(excused.Findings);
        Assert.Contains(excused.Notes, note => note.Contains("kill -9", StringComparison.Ordinal));
        Assert.NotEmpty(Verdict.Judge(observed with { Disturbances = [Kill(-1)] }).Findings);
        Assert.NotEmpty(Verdict.Judge(observed with { Disturbances = [Kill(20)] }).Findings);
    }

    [Fact]
    public void A_mail_about_something_that_is_in_no_ledger_is_found()
    {
        var observed = Healthy;
        AssertFound(
            observed with { Mails = [.. observed.Mails, observed.Mails[0] with { References = ["ABCD-ABCD-ABCD"] }] },
            "A confirmation names only what is in the ledger.", "ABCD-ABCD-ABCD", "Confirmation");
    }

    [Fact]
    public void A_row_that_is_left_in_the_outbox_is_found() =>
        AssertFound(Healthy with { Outbox = ["03/1: {}"] }, "Nothing is left in the outbox.", "03/1", "Outbox");

    [Fact]
    public void What_was_not_answered_is_neither_required_nor_forbidden()
    {
        _world.Do(Bystander, "Stop", "*,*", "OneClick", answered: false);
        _world.Do(P1, "Allow", "*,*", "PreferencePage", answered: false);
        var observed = Healthy;
        Assert.Empty(Verdict.Judge(observed).Findings);
        Assert.DoesNotContain(
            Verdict.Judge(Allowing(P1, "PreferencePage")).Findings, f => f.Rule == "An opt-out that was answered stands.");
    }

    private static void AssertFound(Observed observed, string rule, string evidence, string area) => Assert.Contains(
        Verdict.Judge(observed).Findings,
        f => f.Rule == rule && f.Evidence.Contains(evidence, StringComparison.Ordinal) && f.Area.Contains(area, StringComparison.Ordinal));

    private static SubjectRecord Subject(Observed observed, string person) =>
        observed.Subjects.Single(s => s.Key == JudgedWorld.Key(person));

    private static Observed With(Observed observed, SubjectRecord subject) =>
        observed with { Subjects = [.. observed.Subjects.Select(s => s.Key == subject.Key ? subject : s)] };

    // As if the product had never heard of what the person asked.
    private static Observed Without(Observed observed, string person) => With(
        observed,
        Subject(observed, person) with
        {
            Ledger = [],
            State = [],
            HeadSequence = 0,
            HeadHash = LedgerVerifier.Start(JudgedWorld.Key(person)),
        });

    // As if an Allow of everything had got into the ledger.
    private Observed Allowing(string person, string source)
    {
        var subject = Subject(Healthy, person);
        var last = subject.Ledger[^1];
        var allow = last with
        {
            Sequence = last.Sequence + 1,
            Number = last.Number + 1,
            Seen = last.Number,
            Id = Guid.Empty.ToString("D"),
            SubmissionId = Guid.Empty.ToString("D"),
            Scope = "*,*",
            Decision = "Allow",
            At = last.At.AddHours(1),
            Source = source,
            PreviousHash = last.Hash,
        };
        allow = allow with { Hash = LedgerVerifier.HashOf(allow) };
        var grown = subject with { Ledger = [.. subject.Ledger, allow], HeadSequence = allow.Sequence, HeadHash = allow.Hash };
        return With(Healthy, grown with { State = LedgerVerifier.Replay(grown) });
    }

    private static Observed WithStops(Observed observed, Contact contact, string channel, string stops) => observed with
    {
        Contacts =
        [
            .. observed.Contacts.Select(c => c.Contact == contact
                ? c with { Stops = c.Stops.ToDictionary(s => s.Key, s => s.Key == channel ? stops : s.Value) }
                : c),
        ],
    };
}
