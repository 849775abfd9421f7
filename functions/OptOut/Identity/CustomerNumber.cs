namespace OptOut.Identity;

/// <summary>The controller's own number for a person, as it stands in the address of a call.</summary>
internal static class CustomerNumber
{
    // Table Storage and URLs set no lower bound; longer than this is not a customer number.
    private const int MaxLength = 200;

    /// <summary>The number in a route. The slash is the one character that stays escaped there; POST /api/links gives the number in its body, as it is.</summary>
    public static string FromRoute(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with the number; null when nothing is.</summary>
    public static string? Problem(string id) =>
        id.Length > MaxLength ? $"The customer number has {id.Length} characters; at most {MaxLength} are taken." : null;
}
