using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>Somebody who can be reached over every channel.</summary>
internal sealed record Somebody(string Id, SubjectKey Subject, string Email, string Phone, string Postal)
{
    public static async Task<Somebody> NewAsync(OptOutHost host, string id, int number)
    {
        var (email, phone, postal) = ($"{id}@example.com", $"+324701{number:D5}", $"Kerkstraat {number}, 9000 Gent");
        return new Somebody(id, await host.PutSubjectAsync(id, [email], [phone], [postal]), email, phone, postal);
    }

    /// <summary>As the vendors know the person.</summary>
    public string[] ContactPoints =>
    [
        EmailAddress.TryParse(Email, out var email) ? email.Value : Email,
        PhoneNumber.TryParse(Phone, "BE", out var phone) ? phone.Value : Phone,
        PostalKey.TryParse(Postal, out var postal) ? postal.Value : Postal,
    ];
}

/// <summary>A way in, gone through by one person once.</summary>
/// <param name="Source">What the ledger must call it.</param>
/// <param name="Vendor">The vendor that the ledger must name beside it; null for an entry point of our own.</param>
/// <param name="StopAsync">The person stops everything. Asserts what the entry point answers.</param>
internal sealed record EntryPoint(Source Source, string? Vendor, Func<OptOutHost, Somebody, Task> StopAsync);
