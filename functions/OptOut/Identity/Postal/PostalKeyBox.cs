namespace OptOut.Identity.Postal;

/// <summary>Writes what tells the letterboxes of a house number apart, always in one order: <c>3-BLOKA-ETAGE2</c>.</summary>
internal static class PostalKeyBox
{
    /// <param name="box">What follows the house number without a word for it: the box, or the Dutch addition.</param>
    /// <param name="parts">Everything else.</param>
    /// <param name="belgian">In Belgium "bus 3", "/3" and "app. 3" are one letterbox, unless there are a box and a flat.</param>
    public static string Write(string box, List<PostalPart> parts, bool belgian)
    {
        if (parts.Count == 0)
            return box;
        if (belgian && box.Length == 0 && Take(PostalKeyWords.Box, PostalKeyWords.Flat) is { } found)
            box = found;

        // The law numbers the boxes of a house, so the name of the residence adds nothing to them. "Résidence B" is no name.
        if (belgian && box.Length > 0)
            parts.RemoveAll(p => p.Label == PostalKeyWords.Residence && IsName(p.Value));
        var all = Sorted(parts);
        return box.Length > 0 ? string.Join('-', all.Prepend(box)) : string.Join('-', all);

        string? Take(params ReadOnlySpan<string> labels)
        {
            foreach (var label in labels)
            {
                if (parts.FindIndex(p => p.Label == label && p.Value.Length > 0) is var at and >= 0)
                {
                    var value = parts[at].Value;
                    parts.RemoveAt(at);
                    return value;
                }
            }

            return null;
        }
    }

    private static bool IsName(string value) =>
        value.Length > 2 && !value.Any(char.IsDigit) && !Array.Exists(value.Split('-'), PostalKeyWords.TellsApart);

    /// <summary>Sorts by what the parts are. Two of the same kind stay in the order in which they were written.</summary>
    public static IEnumerable<string> Sorted(List<PostalPart> parts) => parts
        .Where(p => p is not { Label: PostalKeyWords.Box, Value: "" })
        .OrderBy(p => p.Label, StringComparer.Ordinal)
        .Select(p => p.ToString());
}
