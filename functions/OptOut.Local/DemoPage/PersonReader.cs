using System.Text.Json.Nodes;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Local.DemoPage;

/// <summary>Reads a person's data from the store and from the vendor sandbox, without changing either.</summary>
internal sealed class PersonReader(
    DemoPeople people,
    ConsentStore consent,
    IdentifierIndex index,
    VendorRows rows,
    IEnumerable<IVendor> vendors,
    TopicCatalogue catalogue,
    SandboxClient sandbox)
{
    private readonly IReadOnlyList<IVendor> _vendors = [.. vendors.Where(v => v.AcceptsPushes)];

    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<PersonSnapshot> ReadAsync(DemoPerson person, CancellationToken cancellationToken)
    {
        var subject = people.SubjectOf(person);
        var identifiers = people.IdentifiersOf(person);
        var sandboxState = sandbox.StateAsync(cancellationToken);

        var maySend = new List<ChannelAnswer>();
        foreach (var identifier in identifiers)
            maySend.AddRange(await MaySendAsync(identifier, cancellationToken));

        // Read the state first: an entry that is written between the two reads comes after its head and is skipped.
        var state = await consent.LoadAsync(subject, cancellationToken);
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(subject, cancellationToken))
        {
            if (ledger.Count < state.Head.Sequence)
                ledger.Add(entry);
        }

        string[] contactPoints = [.. identifiers.Select(identifier => identifier.Value)];
        var seen = await sandboxState;
        var views = new List<VendorView>();
        foreach (var vendor in _vendors.Where(vendor => maySend.Exists(answer => answer.Channel == vendor.Channel)))
        {
            views.Add(new VendorView(
                vendor.Name,
                vendor.Channel,
                await rows.LoadAsync(subject, vendor.Name, cancellationToken),
                VendorLists.From(seen?[vendor.Name], contactPoints)));
        }

        return new PersonSnapshot(
            subject,
            maySend,
            state.Consent,
            ledger,
            Ledger.FirstBroken(subject, ledger, state.Head),
            views,
            Received(seen, person.Email),
            seen is not null);
    }

    /// <summary>Whether no marketing at all may be sent to the person. The inbox shows it for each person.</summary>
    public async Task<bool> IsStoppedAsync(DemoPerson person, CancellationToken cancellationToken)
    {
        var state = (await consent.LoadAsync(people.SubjectOf(person), cancellationToken)).Consent;
        return Channels.All.All(
            channel => state.Stops(channel) is { General: true } stops && catalogue.Topics.All(topic => stops.Stops(topic)));
    }

    // The same row that GET /api/check answers from.
    private async Task<IEnumerable<ChannelAnswer>> MaySendAsync(Identifier identifier, CancellationToken cancellationToken)
    {
        var known = await index.FindAsync(identifier, cancellationToken);
        return identifier.Channels.Select(channel =>
        {
            var stops = known?.Stops.GetValueOrDefault(channel) ?? StopSet.Nothing;
            return new ChannelAnswer(
                channel,
                [
                    new TopicAnswer(null, !stops.Stops(null)),
                    .. catalogue.Topics.Select(topic => new TopicAnswer(topic, !stops.Stops(topic))),
                ]);
        });
    }

    private static IReadOnlyList<ReceivedMail> Received(JsonObject? sandbox, string email) =>
    [
        .. from mail in VendorLists.Entries(sandbox?["sendgrid"]?["mails"])
           where string.Equals(mail["to"]?.GetValue<string>(), email, StringComparison.OrdinalIgnoreCase)
           let at = mail["at"]!.GetValue<DateTimeOffset>()
           orderby at descending
           select new ReceivedMail(
               mail["messageId"]!.GetValue<string>(), mail["subject"]!.GetValue<string>(), at, mail["dropped"]?.GetValue<string>()),
    ];
}
