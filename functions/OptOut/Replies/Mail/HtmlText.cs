using System.Text;
using MimeKit.Text;

namespace OptOut.Replies.Mail;

/// <summary>The text of an HTML mail, for a person to read as plain text. It is only ever shown as text, so it need not be exact.</summary>
internal static class HtmlText
{
    // In characters. A person reads only the beginning, and each attribute of a tag allocates an object.
    private const int MaxHtml = 256 * 1024;

    public static string ToPlainText(string html)
    {
        var text = new StringBuilder();
        using var reader = new StringReader(html.Length > MaxHtml ? html[..MaxHtml] : html);
        var tokens = new HtmlTokenizer(reader) { IgnoreTruncatedTags = true };
        var isStyle = false;
        while (tokens.ReadNextToken(out var token))
        {
            if (token is HtmlTagToken tag)
            {
                isStyle = tag is { Id: HtmlTagId.Style, IsEndTag: false };
                text.Append(' ');
            }
            else if (token is { Kind: HtmlTokenKind.Data } and HtmlDataToken data && !isStyle)
            {
                text.Append(data.Data);
            }
        }

        return text.ToString().Trim();
    }
}
