using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

internal static class VendorPulls
{
    /// <summary>Reads all pages of a list, up to the first failure.</summary>
    public static async Task<List<VendorPull>> PullAsync(this IVendor vendor, string list, DateTimeOffset until)
    {
        var pulls = new List<VendorPull>();
        string? cursor = null;
        do
        {
            pulls.Add(await vendor.PullAsync(list, until, cursor, TestContext.Current.CancellationToken));
            cursor = (pulls[^1] as VendorPull.Page)?.Next;
        }
        while (cursor is not null);
        return pulls;
    }
}
