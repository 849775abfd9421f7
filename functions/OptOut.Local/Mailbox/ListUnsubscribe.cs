namespace OptOut.Local.Mailbox;

/// <summary>
/// Reads the value of a List-Unsubscribe header (RFC 2369 section 2): URIs between angle brackets, separated by commas, the preferred one
/// first, with comments and white space anywhere. Everything after the first part that is not such a URI is ignored, as the RFC requires.
/// </summary>
internal static class ListUnsubscribe
{
    public static IReadOnlyList<string> Parse(string value)
    {
        var found = new List<string>();
        var at = 0;
        do
        {
            if (!TryRead('<', value, ref at) || value.IndexOf('>', at) is not (>= 0 and var end))
                break;

            // Folding can put white space inside a long URI; section 2: "internal whitespace being ignored".
            found.Add(string.Concat(value[at..end].Where(c => !char.IsWhiteSpace(c))));
            at = end + 1;
        }
        while (TryRead(',', value, ref at));
        return found;
    }

    private static bool TryRead(char expected, string value, ref int at)
    {
        SkipBlanksAndComments(value, ref at);
        if (at >= value.Length || value[at] != expected)
            return false;
        at++;
        return true;
    }

    /// <summary>Skips white space and comments, which can be nested and can contain escaped parentheses (RFC 5322 section 3.2.2).</summary>
    private static void SkipBlanksAndComments(string value, ref int at)
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
