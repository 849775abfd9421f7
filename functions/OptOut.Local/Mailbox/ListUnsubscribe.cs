namespace OptOut.Local.Mailbox;

/// <summary>
/// Reads the value of a List-Unsubscribe header (RFC 2369 section 2): URIs between angle brackets, separated by commas, the preferred one
/// first, with comments and white space anywhere. What follows the first thing that is not such a URI is ignored, as the RFC asks of clients.
/// </summary>
internal static class ListUnsubscribe
{
    public static IReadOnlyList<string> Parse(string value)
    {
        var found = new List<string>();
        var at = 0;
        do
        {
            if (!Takes('<', value, ref at) || value.IndexOf('>', at) is not (>= 0 and var end))
                break;

            // Folding puts white space inside a long URI; section 2 has "internal whitespace being ignored".
            found.Add(string.Concat(value[at..end].Where(c => !char.IsWhiteSpace(c))));
            at = end + 1;
        }
        while (Takes(',', value, ref at));
        return found;
    }

    private static bool Takes(char wanted, string value, ref int at)
    {
        SkipBlank(value, ref at);
        if (at >= value.Length || value[at] != wanted)
            return false;
        at++;
        return true;
    }

    /// <summary>Past white space and comments, which nest and may escape a parenthesis (RFC 5322 section 3.2.2).</summary>
    private static void SkipBlank(string value, ref int at)
    {
        for (var depth = 0; at < value.Length; at++)
        {
            switch (value[at])
            {
                case '(':
                    depth++;
                    break;
                case ')' when depth > 0:
                    depth--;
                    break;
                case '\\' when depth > 0:
                    at++;
                    break;
                case var other when depth == 0 && !char.IsWhiteSpace(other):
                    return;
            }
        }
    }
}
