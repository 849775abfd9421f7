using System.Text;
using MimeKit.Text;

namespace OptOut.Replies.Mail;

/// <summary>The words of an HTML mail, for a person to read as plain text. It is shown as text only, so nothing depends on its being exact.</summary>
internal static class HtmlText
{
    // Characters. A person reads the beginning, and each attribute of a tag is an object of its own.
    private const int MaxHtml = 256 * 1024;

    public static string ToPlainText(string html)
    {
        var words = new StringBuilder();
        using var reader = new StringReader(html.Length > MaxHtml ? html[..MaxHtml] : html);
        var tokens = new HtmlTokenizer(reader) { IgnoreTruncatedTags = true };
        var isStyle = false;
        while (tokens.ReadNextToken(out var token))
        {
            if (token is HtmlTagToken tag)
            {
                isStyle = tag is { Id: HtmlTagId.Style, IsEndTag: false };
                words.Append(' ');
            }
            else if (token is { Kind: HtmlTokenKind.Data } and HtmlDataToken data && !isStyle)
            {
                words.Append(data.Data);
            }
        }

        return words.ToString().Trim();
    }
}
