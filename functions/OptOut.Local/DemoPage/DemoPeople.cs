using Microsoft.Extensions.Options;
using MimeKit;
using OptOut.Api;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Links;
using OptOut.Local.Mailbox;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <summary>Registers the demo's people with the product, as a company's own systems would, and creates their mails.</summary>
internal sealed class DemoPeople(
    SubjectRegistrar registrar,
    ProfileStore profiles,
    IdentifierProtector protector,
    LinkHeaders links,
    TopicCatalogue catalogue,
    IOptions<ControllerOptions> controller,
    TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private DemoInbox? _inbox;

    /// <summary>The first call registers the people of the latest generation; later calls return the same inbox.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="TimeoutException">The people could not be registered; call again.</exception>
    public async Task<DemoInbox> InboxAsync(CancellationToken cancellationToken)
    {
        if (_inbox is { } ready)
            return ready;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _inbox ??= await CreateAsync(await LatestAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Replaces the people by new ones about whom nothing is stored. Starting over never undoes anyone's Stop.</summary>
    public async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _inbox = await CreateAsync(await LatestAsync(cancellationToken) + 1, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public SubjectKey SubjectOf(DemoPerson person) => protector.SubjectOf(person.CustomerNumber);

    public IReadOnlyList<Identifier> IdentifiersOf(DemoPerson person)
    {
        var identifiers = new List<Identifier>();
        if (EmailAddress.TryParse(person.Email, out var email))
            identifiers.Add(email);
        if (PhoneNumber.TryParse(person.Phone, controller.Value.PhoneRegion, out var phone))
            identifiers.Add(phone);
        if (PostalKey.TryParse(person.Postal, out var postal))
            identifiers.Add(postal);
        return identifiers;
    }

    public void Dispose() => _gate.Dispose();

    // The store contains who was registered, so that the people are the same after a restart.
    private async Task<int> LatestAsync(CancellationToken cancellationToken)
    {
        var generation = 1;
        var first = DemoPerson.All(generation)[0].Key;
        while ((await profiles.LoadAsync(
            protector.SubjectOf(DemoPerson.NumberOf(first, generation + 1)), cancellationToken)).Identifiers.Count > 0)
        {
            generation++;
        }

        return generation;
    }

    private async Task<DemoInbox> CreateAsync(int generation, CancellationToken cancellationToken)
    {
        var people = DemoPerson.All(generation);
        foreach (var person in people)
        {
            if (!await registrar.SaveAsync(SubjectOf(person), IdentifiersOf(person), person.Language.Code, cancellationToken))
                throw new TimeoutException("Neither the bus nor the outbox accepted the registration of the demo's people.");
        }

        var now = time.GetUtcNow();
        return new DemoInbox(
            people, [.. DemoMailText.All.Select(text => Write(text, people.Single(person => person.Key == text.Person), now))]);
    }

    private DemoMail Write(DemoMailText text, DemoPerson person, DateTimeOffset now)
    {
        var sent = now.AddHours(-text.HoursAgo);
        var topic = catalogue.TryFind(text.Topic, out var found) ? found : (Topic?)null;
        var link = links.Write(new Link(SubjectOf(person), Channel.Email, catalogue.Id(topic), sent, text.Campaign));
        var domain = controller.Value.PrivacyAddress.Split('@')[^1];
        var message = MarketingMail.Build(
            new MailboxAddress(controller.Value.Name, $"tuin@{domain}"),
            new MailboxAddress(person.Name, person.Email),
            link,
            person.Language,
            sent,
            new MarketingText(text.SubjectLine, text.Body, person.Language["page.stop"]));
        return new DemoMail(text.Key, person, text.Topic, text.Body, message);
    }
}
