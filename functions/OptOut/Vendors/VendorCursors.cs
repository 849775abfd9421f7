using System.Security.Cryptography;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>
/// A vendor's own mark of the next page of a list, as a cursor. Such marks hold addresses, or nobody says that they do not, and a cursor is
/// stored: it is encrypted, for its list alone.
/// </summary>
internal sealed class VendorCursors(IdentifierProtector protector)
{
    public string Close(string vendor, string pull, string mark) => protector.Encrypt(mark, Context(vendor, pull));

    /// <param name="vendor">As in <see cref="Close"/>, as is the list.</param>
    /// <param name="pull">Whose list.</param>
    /// <param name="cursor">Null begins at the front.</param>
    /// <param name="mark">Null for the first page.</param>
    /// <returns>Whether it is a cursor of this list.</returns>
    public bool TryOpen(string vendor, string pull, string? cursor, out string? mark)
    {
        mark = null;
        if (cursor is null)
            return true;
        try
        {
            mark = protector.Decrypt(cursor, Context(vendor, pull));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static string Context(string vendor, string pull) => $"cursor/{vendor}/{pull}";
}
