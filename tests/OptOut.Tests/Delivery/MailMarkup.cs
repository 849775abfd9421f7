using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OptOut.Tests.Delivery;

/// <summary>The requirements for the HTML of every mail.</summary>
internal static class MailMarkup
{
    private static readonly string[] Allowed = ["a", "body", "br", "h1", "head", "html", "meta", "p", "pre", "title"];

    /// <summary>The markup without white space between tags, and with character references decoded.</summary>
    public static string Plain(string html) => WebUtility.HtmlDecode(Regex.Replace(html.Trim(), @">\s+<", "><"));

    /// <summary>
    /// Fails unless the HTML is well-formed, declares its language, loads nothing and contains only allowed elements and attributes.
    /// </summary>
    public static XElement Read(string html, string language)
    {
        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        var document = XElement.Parse(
            Regex.Replace(html["<!DOCTYPE html>".Length..], @"<(meta[^>]*|br)>", "<$1/>"), LoadOptions.PreserveWhitespace);
        Assert.Equal(language, document.Attribute("lang")?.Value);
        Assert.Empty(document.DescendantsAndSelf().Select(e => e.Name.LocalName).Except(Allowed, StringComparer.Ordinal));
        Assert.Empty(
            document.Descendants().Attributes().Select(a => a.Name.LocalName).Except(["charset", "href", "style"], StringComparer.Ordinal));
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(
            document.Descendants().Attributes("href"),
            link => Assert.StartsWith("https://optout.kruidtuin.example/u/", link.Value, StringComparison.Ordinal));
        return document;
    }
}
