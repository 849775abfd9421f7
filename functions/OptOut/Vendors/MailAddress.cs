using MimeKit;

namespace OptOut.Vendors;

/// <summary>A mail address with the name of its owner, as the header fields From and To contain it.</summary>
internal static class MailAddress
{
    /// <returns><c>"De Kruidtuin" &lt;optout@kruidtuin.example&gt;</c>, with a name that is not ASCII encoded (RFC 2047).</returns>
    public static string Write(string? name, string address) =>
        string.IsNullOrEmpty(name) ? address : new MailboxAddress(name, address).ToString(encode: true);
}
