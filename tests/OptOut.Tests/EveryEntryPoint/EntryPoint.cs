using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>A person with a contact point on every channel.</summary>
internal sealed record Person(string Id, SubjectKey Subject, string Email, string Phone, string Postal)
{
    public static async Task<Person> NewAsync(OptOutHost host, string id, int number)
    {
        var (email, phone, postal) = ($"{id}@example.com", $"+324701{number:D5}", $"Kerkstraat {number}, 9000 Gent");
        return new Person(id, await host.PutSubjectAsync(id, [email], [phone], [postal]), email, phone, postal);
    }

    /// <summary>The contact points as the vendors store them.</summary>
    public string[] ContactPoints =>
    [
        EmailAddress.TryParse(Email, out var email) ? email.Value : Email,
        PhoneNumber.TryParse(Phone, "BE", out var phone) ? phone.Value : Phone,
        PostalKey.TryParse(Postal, out var postal) ? postal.Value : Postal,
    ];
}

/// <summary>A way to opt out.</summary>
/// <param name="Source">The source that the ledger must record.</param>
/// <param name="Vendor">The vendor that the ledger must record; null for an entry point of our own.</param>
/// <param name="StopAsync">Stops everything for the person, and asserts the answer of the entry point.</param>
internal sealed record EntryPoint(Source Source, string? Vendor, Func<OptOutHost, Person, Task> StopAsync);
