using Azure.Messaging.ServiceBus;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Emulators.ServiceBus;
using OptOut.Emulators.ServiceBus.Filters;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Tests;

/// <summary>
/// The contract of the bus messages. A message that breaks it is dead-lettered with the reason and changes nothing. The filters decide
/// which subscriptions receive a message.
/// </summary>
public sealed class BusContractTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> Faults => new()
    {
        { "version", "The property v is '2'; this version reads 1." },
        { "no version", "The property v is ''; this version reads 1." },
        { "type", "The content type is 'text/plain'; it must be application/json." },
        { "correlation", "The correlation id is not a subject key." },
        { "id", "The properties id and at must be a UUID and a timestamp." },
        { "at", "The properties id and at must be a UUID and a timestamp." },
        { "body", "The body is not a change: JsonException." },
        { "no field", "The body is not a change: JsonException." },
        { "scope", "The body is not a change: FormatException." },
        { "decision", "The body is not a change: ArgumentOutOfRangeException." },
        { "allow", "The body is not a change: AllowNotPermittedException." },
        { "nothing", "The body contains no change." },
        { "null", "The body is not a change: JsonException." },
        { "other", "A change is about a different subject than the correlation id." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_message_that_breaks_the_contract_is_dead_lettered_with_its_reason_and_changes_nothing(string fault, string reason)
    {
        var subject = host.SubjectOf($"contract {fault}");
        var message = Break(fault, SubjectMessage.From(Stop(subject)).ToServiceBus());

        await SendAsync(message);

        await OptOutHost.UntilAsync(async () => (await host.DeadLettersAsync(Topology.Apply)).Any(d => d.MessageId == message.MessageId));
        var dead = (await host.DeadLettersAsync(Topology.Apply)).Single(d => d.MessageId == message.MessageId);
        Assert.Equal(("Malformed", reason), (dead.DeadLetterReason, dead.DeadLetterErrorDescription));
        Assert.Empty(await host.LedgerAsync(subject));
    }

    [Fact]
    public async Task A_change_published_twice_and_replayed_later_is_applied_once()
    {
        var change = Stop(host.SubjectOf("contract twice"));
        await SendAsync(SubjectMessage.From(change).ToServiceBus());
        await SendAsync(SubjectMessage.From(change).ToServiceBus());
        await host.LedgerAsync(change.Subject, 1);

        // A new message id gets past the bus's duplicate detection.
        var replayed = SubjectMessage.From(change).ToServiceBus();
        replayed.MessageId += "-again";
        await SendAsync(replayed);
        await host.QuietAsync();

        await host.LedgerAsync(change.Subject, 1);
        Assert.Equal(2, (await host.SentAsync()).Count(m => m.CorrelationId == $"{change.Subject}"));
    }

    [Theory]
    [InlineData("*,*")]
    [InlineData("sms,*")]
    [InlineData("email,offers")]
    public void A_change_goes_to_apply_alone(string scope) =>
        Assert.Equal("apply", Receivers(SubjectMessage.From(Stop(new SubjectKey(1), scope))));

    [Fact]
    public void A_change_that_apply_passes_on_goes_to_the_subscription_that_has_something_to_do()
    {
        var message = SubjectMessage.From(Stop(new SubjectKey(1)));

        Assert.All(
            Topology.Subscriptions.Where(s => s.Name is not (Topology.Apply or Topology.LinkMail)),
            s => Assert.Equal(s.Name, Receivers(message.PassedOn(s.Name, []))));
    }

    [Fact]
    public void A_retried_message_goes_only_to_the_subscription_that_retries_it()
    {
        var message = SubjectMessage.From(Stop(new SubjectKey(1)));

        Assert.All(
            Topology.Subscriptions.Where(s => s.Name != Topology.LinkMail),
            s => Assert.Equal(s.Name, Receivers(message with { Only = s.Name, Wait = 1 })));
        Assert.Equal("email sms phone post", Receivers(SubjectMessage.Updated(new SubjectKey(1), Noon)));
    }

    [Fact]
    public void A_request_for_a_link_and_its_retries_go_only_to_the_link_mail_subscription()
    {
        var request = new LinkMailRequest(new IdentifierHash(7), Language.English, Noon, EventIds.Derive("contract", "link"));

        Assert.Equal("link-mail", Receivers(request));
        Assert.Equal("link-mail", Receivers(request.NextAttempt(Topology.LinkMail).Deferred(Topology.LinkMail)));
    }

    private static string Receivers(IBusMessage message)
    {
        var sent = message.ToServiceBus();
        var filtered = new FilteredMessage(
            new Dictionary<SystemProperty, string?> { [SystemProperty.Label] = sent.Subject },
            sent.ApplicationProperties.ToDictionary(p => p.Key, p => (object?)p.Value, StringComparer.Ordinal));
        return string.Join(
            ' ', Topology.Subscriptions.Where(s => new RuleSet([new SqlRule(s.Filter)]).Matches(filtered)).Select(s => s.Name));
    }

    private static Change Stop(SubjectKey subject, string scope = "*,*") => Change.Create(
        EventIds.Derive("contract", subject.ToString(), scope), subject, Scope.Parse(scope), Decision.Stop, Noon, Noon, Source.OneClick);

    private async Task SendAsync(ServiceBusMessage message)
    {
        await using var sender = host.Service<ServiceBusClient>().CreateSender(Topology.BusTopic);
        await sender.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }

    private static ServiceBusMessage Break(string fault, ServiceBusMessage message)
    {
        var body = message.Body.ToString();
        switch (fault)
        {
            case "version":
                message.ApplicationProperties["v"] = "2";
                break;
            case "no version":
                message.ApplicationProperties.Remove("v");
                break;
            case "type":
                message.ContentType = "text/plain";
                break;
            case "correlation":
                message.CorrelationId = "somebody";
                break;
            case "id":
                message.ApplicationProperties["id"] = "1";
                break;
            case "at":
                message.ApplicationProperties["at"] = "noon";
                break;
            case "body":
                message.Body = new BinaryData("nothing");
                break;
            case "no field":
                message.Body = new BinaryData("[{}]");
                break;
            case "nothing":
                message.Body = new BinaryData("[]");
                break;
            case "null":
                message.Body = new BinaryData("[null]");
                break;
            case "scope":
                message.Body = new BinaryData(body.Replace("*,*", "fax", StringComparison.Ordinal));
                break;
            case "decision":
                message.Body = new BinaryData(body.Replace("\"Stop\"", "7", StringComparison.Ordinal));
                break;
            case "allow":
                message.Body = new BinaryData(body.Replace("\"Stop\"", "\"Allow\"", StringComparison.Ordinal));
                break;
            default:
                message.CorrelationId = new SubjectKey(1).ToString();
                break;
        }

        return message;
    }
}
