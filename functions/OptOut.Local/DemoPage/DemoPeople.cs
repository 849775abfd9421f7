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

/// <summary>Makes the people known to the product, as a company's own systems would, and writes them their mails.</summary>
internal sealed class DemoPeople(
    SubjectRegistrar registrar, ProfileStore profiles, IdentifierProtector protector, LinkHeaders links, TopicCatalogue catalogue, IOptions<ControllerOptions> controller, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private DemoInbox? _inbox;

    /// <summary>Registers the people of the latest generation the first time it is asked; after that it only answers.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="TimeoutException">The people could not be announced; ask again.</exception>
    public async Task<DemoInbox> InboxAsync(CancellationToken cancellationToken)
    {
        if (_inbox is { } ready)
            return ready;
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _inbox ??= await MakeAsync(await LatestAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Other people, whom nothing was ever written about: nobody's Stop is undone to begin again.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _inbox = await MakeAsync(await LatestAsync(cancellationToken) + 1, cancellationToken);
        }
        finally
        {
            _one.Release();
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

    public void Dispose() => _one.Dispose();

    // The store remembers who was registered, so that people are the same after a restart.
    private async Task<int> LatestAsync(CancellationToken cancellationToken)
    {
        var generation = 1;
        var first = DemoPerson.All(generation)[0].Key;
        while ((await profiles.LoadAsync(protector.SubjectOf(DemoPerson.NumberOf(first, generation + 1)), cancellationToken)).Identifiers.Count > 0)
            generation++;
        return generation;
    }

    private async Task<DemoInbox> MakeAsync(int generation, CancellationToken cancellationToken)
    {
        var people = DemoPerson.All(generation);
        foreach (var person in people)
        {
            if (!await registrar.SaveAsync(SubjectOf(person), IdentifiersOf(person), person.Language.Code, cancellationToken))
                throw new TimeoutException("Neither the bus nor the outbox took the people of the demo.");
        }

        var now = time.GetUtcNow();
        return new DemoInbox(people, [.. DemoMailText.All.Select(text => Write(text, people.Single(person => person.Key == text.Person), now))]);
    }

    private DemoMail Write(DemoMailText text, DemoPerson person, DateTimeOffset now)
    {
        var sent = now.AddHours(-text.HoursAgo);
        var topic = catalogue.TryFind(text.Topic, out var found) ? found : (Topic?)null;
        var link = links.Write(new Link(SubjectOf(person), Channel.Email, catalogue.Id(topic), sent, text.Campaign));
        var domain = controller.Value.PrivacyAddress.Split('@')[^1];
        var message = MarketingMail.Build(
            new MailboxAddress(controller.Value.Name, $"tuin@{domain}"), new MailboxAddress(person.Name, person.Email), link, person.Language, sent,
            new MarketingWords(text.SubjectLine, text.Body, person.Language["page.stop"]));
        return new DemoMail(text.Key, person, text.Topic, text.Body, message);
    }
}
