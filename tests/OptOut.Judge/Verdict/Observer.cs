using System.Collections.Concurrent;
using System.Text.Json;

namespace OptOut.Judge;

/// <summary>Reads everything that a verdict rests on: journal, tables, the vendors' lists and mails, and what the check answers.</summary>
internal sealed class Observer(SystemUnderTest system) : IDisposable
{
    private const int ChecksAtOnce = 6;

    private readonly Wire _functions = new(system.Functions, system.FunctionKey, TimeSpan.FromSeconds(30));
    private readonly Wire _vendors = new(system.Vendors, null, TimeSpan.FromSeconds(60));
    private readonly InstallationKeys _keys = new(system.Data);

    /// <exception cref="InvalidOperationException">Something did not answer, so there can be no verdict.</exception>
    public async Task<Observed> ReadAsync(string journal, IReadOnlyList<Disturbance> disturbances, CancellationToken cancellationToken)
    {
        var acts = ActJournal.Read(journal);
        var expectation = new Expectation(acts);
        var tables = new TableReader(system.Storage, _keys);
        var subjects = await tables.SubjectsAsync(cancellationToken);
        var contacts = await tables.ContactsAsync(cancellationToken);
        var outbox = await tables.OutboxAsync(cancellationToken);
        using var vendors = JsonDocument.Parse((await _vendors.SendAsync(HttpMethod.Get, "/sandbox/state", null, cancellationToken)
            is { Status: 200 } reply ? reply : throw new InvalidOperationException("The sandbox of the vendors does not answer.")).Body);
        return new Observed
        {
            Acts = acts,
            Subjects = subjects,
            Contacts = contacts,
            Outbox = outbox,
            Unreadable = tables.Unreadable,
            VendorEntries = VendorLists.Read(vendors.RootElement),
            Vendors = [.. VendorLists.All.Select(l => l.Vendor).Distinct()],
            Mails = Mails.Read(vendors.RootElement),
            Checks = await ChecksAsync(expectation.Contacts, cancellationToken),
            Disturbances = disturbances,
            SubjectOfPerson = expectation.People.ToDictionary(p => p, _keys.SubjectOfCustomer, StringComparer.Ordinal),
            StandInOf = expectation.Contacts.ToDictionary(c => c, _keys.StandInOf),
        };
    }

    public void Dispose()
    {
        _functions.Dispose();
        _vendors.Dispose();
        _keys.Dispose();
    }

    private async Task<IReadOnlyList<CheckAnswer>> ChecksAsync(IReadOnlyList<Contact> contacts, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentBag<CheckAnswer>();
        await Parallel.ForEachAsync(
            contacts.SelectMany(contact => contact.Cells.Select(cell => (contact, cell))),
            new ParallelOptions { MaxDegreeOfParallelism = ChecksAtOnce, CancellationToken = cancellationToken },
            async (question, cancel) =>
            {
                var (contact, cell) = question;
                var topic = cell.Topic.Length == 0 ? "" : $"&topic={cell.Topic}";
                var reply = await _functions.SendAsync(
                    HttpMethod.Get, $"/api/check?channel={cell.Channel}{topic}", null, cancel, contact.Value);
                if (reply is not { Status: 200, Json: { } answer })
                    throw new InvalidOperationException($"GET /api/check does not answer, or {reply?.Status}.");
                answers.Add(new CheckAnswer(contact, cell, answer["allowed"]!.GetValue<bool>()));
            });
        return [.. answers];
    }
}
