using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Consent;

/// <summary>
/// Creates event ids. A change made here gets a new id. A change reported by a vendor or a file gets the same id each time it is reported,
/// so a replay is recognised.
/// </summary>
internal static class EventIds
{
    public static Guid New(DateTimeOffset now) => Guid.CreateVersion7(now);

    /// <summary>The id of the change that an event makes for one of the subjects whom it concerns.</summary>
    public static Guid Of(Guid reported, SubjectKey subject) => Derive(reported.ToString("N"), subject.ToString());

    /// <summary>
    /// The id of a Stop that a subject takes over from the stand-in of its contact point. One that is said again there is another Stop: the
    /// person may have allowed it in the meantime.
    /// </summary>
    public static Guid Adopted(SubjectKey subject, LastStop stop) =>
        Derive("adopted", subject.ToString(), stop.Id.ToString(), stop.Number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A version 8 UUID (RFC 9562 section 5.8): the first bits of the SHA-256 of the parts.</summary>
    public static Guid Derive(params ReadOnlySpan<string> parts)
    {
        // Each part is prefixed with its length, so that ("ab","c") and ("a","bc") differ.
        var name = new StringBuilder();
        foreach (var part in parts)
            name.Append(part.Length).Append(':').Append(part);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(name.ToString()), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
