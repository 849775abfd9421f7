using OptOut.Fuzz.Product;
using OptOut.Vendors;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Encrypted cursors, which are stored between two pages of a list.</summary>
internal sealed class CursorTarget : TextTarget
{
    private static VendorCursors Cursors => ProductInMemory.Instance.Service<VendorCursors>();

    public override string Name => "cursor";

    public override IReadOnlyList<string> Code => ["OptOut.Identity.IdentifierProtector"];

    public override IEnumerable<byte[]> Seeds =>
        [.. new[] { "next", "", "p=2" }.Select(m => System.Text.Encoding.UTF8.GetBytes(Cursors.Encrypt("crm", "suppressions", m)))];

    protected override void Run(string text)
    {
        if (Cursors.TryDecrypt("crm", "suppressions", text, out var marker))
            Require(marker is "next" or "" or "p=2", "A cursor that was never given out is accepted.");
        Require(!Cursors.TryDecrypt("mailgun", "suppressions", text, out _), "A cursor of another vendor is accepted.");
    }
}
