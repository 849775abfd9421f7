using System.Security.Cryptography;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>
/// Turns a vendor's own marker of the next page into a cursor. Such markers contain addresses, or are not guaranteed to contain none, and
/// cursors are stored: a cursor is encrypted, and valid for its own list only.
/// </summary>
internal sealed class VendorCursors(IdentifierProtector protector)
{
    public string Encrypt(string vendor, string pull, string marker) => protector.Encrypt(marker, Context(vendor, pull));

    /// <param name="vendor">The vendor that <see cref="Encrypt"/> was called with.</param>
    /// <param name="pull">The pull that <see cref="Encrypt"/> was called with.</param>
    /// <param name="cursor">Null starts at the first page.</param>
    /// <param name="marker">The vendor's marker; null for the first page.</param>
    /// <returns>Whether the cursor belongs to this list.</returns>
    public bool TryDecrypt(string vendor, string pull, string? cursor, out string? marker)
    {
        marker = null;
        if (cursor is null)
            return true;
        try
        {
            marker = protector.Decrypt(cursor, Context(vendor, pull));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static string Context(string vendor, string pull) => $"cursor/{vendor}/{pull}";
}
