namespace OptOut.Tests.Architecture;

/// <summary>A use of one area by another, with an example.</summary>
internal sealed record AreaUse(string From, string To, string Example);

/// <summary>
/// The areas of <c>functions/OptOut</c>. An area is a top-level folder, except that each vendor is an area of its own. An area may use only
/// areas in lower rows.
/// </summary>
internal static class Areas
{
    /// <summary>The areas from top to bottom.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Rows =
    [
        ["Api", "Web", "Console"],
        ["Evidence", "Reconciliation"],
        ["Delivery"],
        ["Vendors"],
        ["Replies"],
        ["Intake"],
        ["Messaging"],
        ["Records"],
        ["Links", "Company", "Platform"],
        ["Identity"],
        ["Consent"],
    ];

    /// <summary>Folders of <c>Vendors</c> that hold code the vendors share and are not vendors themselves.</summary>
    private static readonly string[] SharedByVendors = ["Files"];

    /// <summary>The area that a namespace belongs to. A vendor's is, for example, <c>Vendors/SendGrid</c>.</summary>
    /// <param name="namespace">For example <c>OptOut.Api.Codes</c>.</param>
    /// <returns>Null for the root, which registers the services and may use every area.</returns>
    public static string? Of(string @namespace) => @namespace.Split('.') switch
    {
        ["OptOut", "Vendors", { } vendor, ..] when !SharedByVendors.Contains(vendor, StringComparer.Ordinal) => $"Vendors/{vendor}",
        ["OptOut", { } area, ..] => area,
        _ => null,
    };

    public static bool IsKnown(string area) => Row(area) >= 0;

    /// <summary>Whether one area may use another. Vendors may use what vendors share, but never each other.</summary>
    public static bool Permits(string from, string to) =>
        from == to || Row(from) < Row(to) || (to == "Vendors" && from.StartsWith("Vendors/", StringComparison.Ordinal));

    public static int Row(string area)
    {
        var name = area.Split('/')[0];
        for (var row = 0; row < Rows.Count; row++)
        {
            if (Rows[row].Contains(name, StringComparer.Ordinal))
                return row;
        }

        return -1;
    }
}
