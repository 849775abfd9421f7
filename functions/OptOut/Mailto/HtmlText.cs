using System.Net;
using System.Text;

namespace OptOut.Mailto;

/// <summary>The words of an HTML mail, for a person to read as plain text. It is shown as text only, so nothing depends on its being exact.</summary>
internal static class HtmlText
{
    private static readonly string[] Unread = ["script", "style"];

    public static string Of(string html)
    {
        var words = new StringBuilder();
        var rest = html.AsSpan();
        while (rest.IndexOf('<') is var tag and >= 0)
        {
            words.Append(rest[..tag]).Append(' ');
            rest = AfterTag(rest[tag..]);
        }

        return WebUtility.HtmlDecode(words.Append(rest).ToString()).Trim();
    }

    // A tag that never ends takes the rest with it: each character is looked at once or twice, whoever wrote the mail.
    private static ReadOnlySpan<char> AfterTag(ReadOnlySpan<char> tag)
    {
        foreach (var name in Unread)
        {
            if (tag[1..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
                tag = tag.IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase) is var end and >= 0 ? tag[end..] : default;
        }

        var close = tag.IndexOf('>');
        return close < 0 ? default : tag[(close + 1)..];
    }
}
