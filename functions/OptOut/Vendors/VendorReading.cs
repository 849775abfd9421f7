using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Vendors;

/// <summary>Reads a vendor's list from front to back.</summary>
internal static class VendorReading
{
    /// <summary>
    /// The pages of a list, each entry once: what a page brings again, because the list moved while it was read, is left out. Ends after the
    /// last page, or with the <see cref="VendorPull.Failed"/> that stopped it.
    /// </summary>
    /// <param name="vendor">Whose list.</param>
    /// <param name="list">One of <see cref="IVendor.Pulls"/>.</param>
    /// <param name="until">The frozen end of the run.</param>
    /// <param name="cursor">Where an earlier run stopped; null begins at the front.</param>
    public static async IAsyncEnumerable<VendorPull> PagesAsync(
        this IVendor vendor, string list, DateTimeOffset until, string? cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Half a hash an entry: a list of a million addresses must not stay in memory with them.
        var seen = new HashSet<UInt128>();
        do
        {
            var pull = await vendor.PullAsync(list, until, cursor, cancellationToken);
            if (pull is not VendorPull.Page page)
            {
                yield return pull;
                yield break;
            }

            yield return page with { Entries = [.. page.Entries.Where(e => seen.Add(Mark(e)))] };
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    private static UInt128 Mark(VendorEntry entry) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{entry.List}\n{entry.Identifier.Value}")));
}
