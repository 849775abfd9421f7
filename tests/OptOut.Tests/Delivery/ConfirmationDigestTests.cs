using System.Text.RegularExpressions;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Tests.Schedules.InMemory;

namespace OptOut.Tests.Delivery;

/// <summary>
/// Nobody can fill a mailbox: a person gets one confirmation at once and then at most one an hour, and each submission is named in exactly
/// one of them.
/// </summary>
public sealed partial class ConfirmationDigestTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task What_follows_within_the_hour_is_confirmed_by_one_mail_at_its_end()
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-1", ["digest-1@example.com"], language: "en");
        List<string> references = [await RecordAsync(host, subject, "*,*", Decision.Stop)];

        // Of messages handled side by side, a later one may send the first mail.
        Assert.Equal([references[0]], References(Assert.Single(await MailsAsync(host, 1))));
        for (var i = 1; i < 9; i++)
            references.Add(await RecordAsync(host, subject, "*,*", i % 2 == 0 ? Decision.Stop : Decision.Allow));

        await PassAsync(host, Hour - TimeSpan.FromMinutes(1));
        Assert.Single(await MailsAsync(host));
        await PassAsync(host, TimeSpan.FromMinutes(2));
        var digest = (await MailsAsync(host, 2))[1];
        Assert.Equal(references[1..], References(digest));
        Assert.Equal("De Kruidtuin: You are unsubscribed", digest.Subject);
        Assert.Contains("De Kruidtuin recorded 8 opt-outs or changes of yours since", digest.PlainText, StringComparison.Ordinal);
        Assert.Contains("You are unsubscribed from all advertising.", digest.PlainText, StringComparison.Ordinal);

        for (var hour = 0; hour < 2; hour++)
            await PassAsync(host, Hour);
        Assert.Equal(2, (await MailsAsync(host)).Count);
        var last = await RecordAsync(host, subject, "email,newsletter", Decision.Allow);
        Assert.Equal([last], References((await MailsAsync(host, 3))[2]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mail_that_was_put_off_is_sent_by_an_instance_whose_clock_is_behind(bool wasClaimed)
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-clock", ["digest-clock@example.com"], language: "en");
        await RecordAsync(host, subject, "*,*", Decision.Stop);
        Assert.Single(await MailsAsync(host, 1));
        var second = await RecordAsync(host, subject, "*,*", Decision.Allow);
        var log = host.Service<ConfirmationLog>();
        await WithTimeAsync(OptOutHost.UntilAsync(async () => (await log.FindAsync(subject, Cancel))?.Due is not null));
        var progress = (await log.FindAsync(subject, Cancel))!;
        var due = progress.Due!.Value;

        // Another handler claimed what follows, and died before it sent the mail.
        if (wasClaimed)
        {
            var claim = progress with { ClaimedUpTo = 2, By = EventIds.Derive("dead"), Copy = "dead" };
            Assert.NotNull(await log.TrySaveAsync(subject, claim, Cancel));
        }

        var change = (await host.LedgerAsync(subject, 2))[1].Change;
        var slow = ActivatorUtilities.CreateInstance<ConfirmationHandler>(
            host.Service<IServiceProvider>(), new FakeTimeProvider(_time.GetUtcNow() - TimeSpan.FromMinutes(2)));
        var putOff = new QueuedMessage(
            Topology.Confirmation, SubjectMessage.From(change).DueAt(Topology.Confirmation, due).ToServiceBus(), 1, 1);
        Assert.Equal(Settlement.Done, await WithTimeAsync(slow.HandleAsync(putOff.ToReceived(), Cancel)));

        Assert.Equal([second], References((await MailsAsync(host, 2))[1]));
    }

    // Otherwise both would arrive at that time, and send the same mail.
    [Fact]
    public void A_message_that_is_put_off_again_because_the_store_failed_is_the_same_message()
    {
        var message = SubjectMessage.From(Decide(new SubjectKey(7), "*,*", Decision.Stop, seen: null));
        var due = _time.GetUtcNow() + Hour;

        var again = message.Deferred(Topology.Confirmation).Deferred(Topology.Confirmation).DueAt(Topology.Confirmation, due);

        Assert.Equal(message.DueAt(Topology.Confirmation, due).CopyId, again.CopyId);
        Assert.NotEqual(again.CopyId, again.DueAt(Topology.Confirmation, due + Hour).CopyId);
        Assert.NotEqual(again.CopyId, message.Deferred(Topology.Confirmation).CopyId);
    }

    [Fact]
    public async Task A_message_that_is_delivered_again_while_its_put_off_copy_sends_the_mail_sends_no_second_one()
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-twice", ["digest-twice@example.com"], language: "en");
        await RecordAsync(host, subject, "*,*", Decision.Stop);
        Assert.Single(await MailsAsync(host, 1));
        await RecordAsync(host, subject, "*,*", Decision.Allow);
        var log = host.Service<ConfirmationLog>();
        await WithTimeAsync(OptOutHost.UntilAsync(async () => (await log.FindAsync(subject, Cancel))?.Due is not null));
        var due = (await log.FindAsync(subject, Cancel))!.Due!.Value;
        var message = SubjectMessage.From((await host.LedgerAsync(subject, 2))[1].Change);
        var handler = host.Service<ConfirmationHandler>();
        host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Latency, Milliseconds: 1500, Containing: "mail/send"));

        var sending = handler.HandleAsync(Received(message.DueAt(Topology.Confirmation, due), 1), Cancel);
        await WithTimeAsync(OptOutHost.UntilAsync(async () => (await log.FindAsync(subject, Cancel)) is { IsSent: false }));
        var again = await WithTimeAsync(handler.HandleAsync(Received(message, 2), Cancel));

        Assert.Equal((Settlement.Done, Settlement.Done), (again, await WithTimeAsync(sending)));
        Assert.Equal(2, (await MailsAsync(host)).Count);

        static ServiceBusReceivedMessage Received(SubjectMessage message, int delivery) =>
            new QueuedMessage(Topology.Confirmation, message.ToServiceBus(), delivery, delivery).ToReceived();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_two_handlers_have_at_once_sends_one_mail_and_one_whose_handler_died_sends_it_later(bool isSending)
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-both", ["digest-both@example.com"], language: "en");
        var (handler, log) = (host.Service<ConfirmationHandler>(), host.Service<ConfirmationLog>());
        await WithTimeAsync(host.Service<ChangeApplier>().ApplyAsync([Decide(subject, "*,*", Decision.Stop, seen: null)], Cancel));
        var entry = (await host.LedgerAsync(subject, 1))[0];
        var message = SubjectMessage.From(entry.Change).PassedOn(Topology.Confirmation, [entry]);
        var received = new QueuedMessage(Topology.Confirmation, message.ToServiceBus(), 1, 2).ToReceived();
        var first = Task.FromResult(Settlement.Done);
        if (isSending)
        {
            host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Latency, Milliseconds: 1500, Containing: "mail/send"));
            first = handler.HandleAsync(received, Cancel);
            await WithTimeAsync(OptOutHost.UntilAsync(async () => (await log.FindAsync(subject, Cancel)) is { IsSent: false }));
        }
        else
        {
            // It died between its claim and the mail.
            var claim = new ConfirmationProgress(0, 1, _time.GetUtcNow(), message.Id, message.CopyId, [], null, default);
            Assert.NotNull(await log.TrySaveAsync(subject, claim, Cancel));
        }

        Assert.Equal(Settlement.Done, await WithTimeAsync(handler.HandleAsync(received, Cancel)));
        Assert.Equal(Settlement.Done, await WithTimeAsync(first));
        Assert.Equal(isSending ? 1 : 0, (await MailsAsync(host)).Count);

        await PassAsync(host, TimeSpan.FromMinutes(1));
        Assert.Single(await MailsAsync(host, 1));
        Assert.True((await log.FindAsync(subject, Cancel))!.IsSent);
    }

    [Theory]
    [InlineData(
        "*,*", Decision.Allow, "You will hear from us again", "Nothing is stopped: you receive our messages through every channel.")]
    [InlineData("email,newsletter", Decision.Allow, "Your choices are recorded", "You are unsubscribed from: Offers by e-mail; ")]
    public async Task A_later_mail_states_what_holds_then(string scope, Decision decision, string subjectLine, string state)
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-2", ["digest-2@example.com"], language: "en");
        await RecordAsync(host, subject, "*,*", Decision.Stop);
        Assert.Single(await MailsAsync(host, 1));
        await RecordAsync(host, subject, "sms,*", Decision.Allow);
        await RecordAsync(host, subject, scope, decision);

        await PassAsync(host, Hour + TimeSpan.FromMinutes(1));

        var digest = (await MailsAsync(host, 2))[1];
        Assert.Equal($"De Kruidtuin: {subjectLine}", digest.Subject);
        Assert.Contains(state, digest.PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submissions_at_once_are_each_named_exactly_once()
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-3", ["digest-3a@example.com", "digest-3b@example.com"]);
        string[] scopes = ["email,newsletter", "email,offers", "sms,*", "sms,newsletter", "phone,*", "post,*", "*,newsletter", "*,*"];

        var changes = scopes.Select(s => Decide(subject, s, Decision.Stop, seen: null)).ToArray();
        Assert.All(
            await Task.WhenAll(changes.Select(c => host.Service<ChangeIntake>().RecordAsync(c, WaitFor.Durable))),
            r => Assert.True(r.Durable));
        var references = changes.Select(Reference.From);

        await WithTimeAsync(host.LedgerAsync(subject, changes.Length));
        for (var hour = 0; hour < 3; hour++)
            await PassAsync(host, Hour + TimeSpan.FromMinutes(1));

        var mails = await MailsAsync(host);
        Assert.InRange(mails.Count, 2, 6); // One or two digests for each mailbox, and perhaps a first mail of one submission.
        foreach (var mailbox in mails.GroupBy(m => m.To))
            Assert.Equal(references.Order(), mailbox.SelectMany(References).Order());
    }

    [Fact]
    public async Task A_mail_that_was_not_accepted_is_sent_again_with_the_same_submissions_and_only_to_those_who_did_not_get_it()
    {
        await using var host = await StartAsync();
        var subject = await host.PutSubjectAsync("digest-4", ["digest-4a@example.com", "digest-4b@example.com"]);
        await RecordAsync(host, subject, "email,newsletter", Decision.Stop);
        Assert.Equal(2, (await MailsAsync(host, 2)).Count);
        var reference = await RecordAsync(host, subject, "*,*", Decision.Stop);
        host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 500, Containing: "mail/send"));
        await PassAsync(host, Hour + TimeSpan.FromMinutes(1));

        var late = await RecordAsync(host, subject, "sms,*", Decision.Allow);
        host.Sandbox.SendGrid.Failures.Clear();
        for (var minute = 0; minute < 10; minute++)
            await PassAsync(host, TimeSpan.FromMinutes(1));

        Assert.Equal([[reference], [reference]], (await MailsAsync(host, 4)).Skip(2).Select(References));
        await PassAsync(host, Hour + Hour);
        Assert.Equal([[late], [late]], (await MailsAsync(host, 6)).Skip(4).Select(References));
    }

    [Fact]
    public async Task Few_strangers_get_a_mail_however_many_addresses_are_typed()
    {
        await using var host = await StartAsync(
            ("OptOut:Confirmation:StrangersPerHour", "3"), ("OptOut:Limits:PublicStop:Client:Count", "1000"));
        await host.PutSubjectAsync("digest-5", ["digest-known@example.com"]);

        for (var i = 0; i < 7; i++)
            await TypeAsync(host, $"digest-stranger{i}@example.com");
        await TypeAsync(host, "digest-known@example.com");

        var mails = await MailsAsync(host);
        Assert.Equal(3, mails.Count(m => m.To.StartsWith("digest-stranger", StringComparison.Ordinal)));
        Assert.Single(mails, m => m.To == "digest-known@example.com");
        await PassAsync(host, Hour);
        Assert.Equal(4, (await MailsAsync(host)).Count);
        await TypeAsync(host, "digest-next@example.com");
        Assert.Single(await MailsAsync(host, 5), m => m.To == "digest-next@example.com");
    }

    private async Task<OptOutHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(s => s.Name, s => (string?)s.Value, StringComparer.Ordinal);
        all["OptOut:Confirmation:Interval"] = "01:00:00";
        return await OptOutHost.StartAsync(azurite, time: _time, settings: all);
    }

    private async Task<string> RecordAsync(OptOutHost host, SubjectKey subject, string scope, Decision decision)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        var change = Decide(subject, scope, decision, await host.SeenAsync(subject, decision));
        Assert.Equal(new IntakeResult(true, true), await WithTimeAsync(host.Service<ChangeIntake>().RecordAsync(change, WaitFor.Visible)));
        return Reference.From(change);
    }

    private Change Decide(SubjectKey subject, string scope, Decision decision, long? seen)
    {
        var now = _time.GetUtcNow();
        return Change.Create(EventIds.New(now), subject, Scope.Parse(scope), decision, now, now, Source.PreferencePage, seen: seen);
    }

    // The form's answer waits, so that its duration reveals nothing.
    private async Task TypeAsync(OptOutHost host, string address) => Assert.Equal(
        200,
        (await WithTimeAsync(
            host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(address)}")))).Status);

    private async Task<T> WithTimeAsync<T>(Task<T> work)
    {
        await WithTimeAsync((Task)work);
        return await work;
    }

    // Time goes on while we wait: who loses a race in the store waits for a moment.
    private async Task WithTimeAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await work;
    }

    private async Task PassAsync(OptOutHost host, TimeSpan time)
    {
        await WithTimeAsync(host.QuietAsync());
        _time.Advance(time);
        await WithTimeAsync(host.QuietAsync());
    }

    /// <summary>The mails so far, once there are as many as expected and nothing is left on the bus but what is scheduled.</summary>
    private async Task<IReadOnlyList<SendGridSentMail>> MailsAsync(OptOutHost host, int count = 0)
    {
        await WithTimeAsync(OptOutHost.UntilAsync(() => Task.FromResult(host.Sandbox.SendGrid.Mails.Count >= count)));
        await WithTimeAsync(host.QuietAsync());
        return [.. host.Sandbox.SendGrid.Mails.OrderBy(m => m.At)];
    }

    private static string[] References(SendGridSentMail mail) => [.. ReferenceNumber().Matches(mail.PlainText).Select(m => m.Value)];

    [GeneratedRegex("[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}")]
    private static partial Regex ReferenceNumber();
}
