using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OptOut.Vendors.Files;

/// <summary>
/// One line of delimited text (RFC 4180). A line is an entry: no list of contact points has a line break in a field, and a quote that nobody closed must
/// cost one line, not all that follow.
/// </summary>
internal static class CsvLine
{
    public static bool TrySplit(string line, char delimiter, [NotNullWhen(true)] out IReadOnlyList<string>? fields)
    {
        var all = new List<string>();
        fields = null;
        var at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                if (!TryQuoted(line, ref at, out var text) || (at < line.Length && line[at] != delimiter))
                    return false;
                all.Add(text);
            }
            else
            {
                var end = line.IndexOf(delimiter, at);
                var next = end < 0 ? line.Length : end;
                all.Add(line[at..next]);
                at = next;
            }

            if (at >= line.Length)
                break;
            at++; // The delimiter; nothing behind it is an empty field.
        }

        fields = all;
        return true;
    }

    private static bool TryQuoted(string line, ref int at, out string text)
    {
        var field = new StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"')
            {
                field.Append(line[at]);
            }
            else if (at + 1 < line.Length && line[at + 1] == '"')
            {
                field.Append(line[at++]);
            }
            else
            {
                at++;
                text = field.ToString();
                return true;
            }
        }

        text = "";
        return false;
    }
}
