namespace OptOut.Tests.Architecture;

/// <summary>One area of the product that names another, with an example.</summary>
internal sealed record AreaUse(string From, string To, string Example);

/// <summary>
/// The areas of <c>functions/OptOut</c>. An area is the first folder, except that each vendor is one of its own. An area uses only areas on
/// lower rows.
/// </summary>
internal static class Areas
{
    /// <summary>From the top down.</summary>
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

    /// <summary>What the vendors share: these folders of <c>Vendors</c> are no vendors.</summary>
    private static readonly string[] SharedByVendors = ["Files"];

    /// <returns>Null for the root, where registration is: it may use every area. A vendor is <c>Vendors/SendGrid</c>.</returns>
    /// <param name="namespace">As in <c>OptOut.Api.Codes</c>.</param>
    public static string? Of(string @namespace) => @namespace.Split('.') switch
    {
        ["OptOut", "Vendors", { } vendor, ..] when !SharedByVendors.Contains(vendor, StringComparer.Ordinal) => $"Vendors/{vendor}",
        ["OptOut", { } area, ..] => area,
        _ => null,
    };

    public static bool IsKnown(string area) => Row(area) >= 0;

    /// <summary>Whether one area may use another. Vendors use what vendors share, and never each other.</summary>
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
