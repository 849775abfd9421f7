namespace OptOut.Identity;

/// <summary>The controller's own number for a person, as given in the URL of a call.</summary>
internal static class CustomerNumber
{
    // Table Storage and URLs allow more; anything longer is not a customer number.
    private const int MaxLength = 200;

    /// <summary>
    /// Reads the number from a route value, in which only a slash is still escaped. POST /api/links takes the
    /// number in its body, unescaped.
    /// </summary>
    public static string FromRoute(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Describes what is wrong with the number; null if nothing is.</summary>
    public static string? FindProblem(string id) =>
        id.Length > MaxLength ? $"The customer number has {id.Length} characters; the maximum is {MaxLength}." : null;
}
