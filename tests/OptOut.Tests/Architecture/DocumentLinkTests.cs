using System.Text.RegularExpressions;

namespace OptOut.Tests.Architecture;

/// <summary>
/// The documents of the repository: every relative link leads to a file and a heading that exist, and the README stays short.
/// </summary>
public sealed partial class DocumentLinkTests
{
    private const int MaxReadmeLines = 200, MaxReadmeWidth = 160;

    // What builds and package managers write.
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git"];

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_a_heading_that_exist()
    {
        var documents = Documents();

        Assert.Contains("README.md", documents);
        Assert.Contains("functions/OptOut/Vendors/README.md", documents);
        Assert.Equal([], documents.SelectMany(document => Problems(document, Text(document))));
    }

    [Fact]
    public void The_readme_is_short_enough_to_read()
    {
        var lines = SourceTree.Lines("README.md");

        Assert.True(
            lines.Length < MaxReadmeLines,
            $"README.md has {lines.Length} lines; move what a first reader can do without to a page of its own.");
        Assert.Equal([], Prose(lines).Where(line => line.Length >= MaxReadmeWidth));
    }

    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        var named = Documents()
            .SelectMany(document => NamedTest().Matches(Text(document)).Select(m => m.Value))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var tests = typeof(DocumentLinkTests).Assembly.GetTypes().SelectMany(t => t.GetMethods().Select(m => $"{t.Name}.{m.Name}"));

        Assert.NotEmpty(named);
        Assert.Equal([], named.Except(tests, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("[gone](functions/Gone.md)", "README.md: functions/Gone.md does not exist")]
    [InlineData("[a\nlong text](functions/Gone.cs)", "README.md: functions/Gone.cs does not exist")]
    [InlineData("![picture](gone.svg)", "README.md: gone.svg does not exist")]
    [InlineData("[`code`](GLOSSARY.md#no-such-heading)", "README.md: GLOSSARY.md has no heading #no-such-heading")]
    [InlineData("[here](#no-such-heading)", "README.md: README.md has no heading #no-such-heading")]
    [InlineData("[line](host.json#L3)", "README.md: host.json#L3 names a place in a file that has no headings")]
    [InlineData("[outside](../elsewhere.md)", "README.md: ../elsewhere.md leads out of the repository")]
    [InlineData("[reference]\n\n[reference]: gone.md", "README.md: gone.md does not exist")]
    public void A_dead_link_is_found(string text, string problem) => Assert.Equal(problem, Assert.Single(Problems("README.md", text)));

    [Theory]
    [InlineData("[file](host.json) and [folder](functions/OptOut/Consent)")]
    [InlineData("# Two words\n[here](#two-words)")]
    [InlineData("## The `code`, and more\n[here](#the-code-and-more)")]
    [InlineData("## Same\n## Same\n[second](#same-1)")]
    [InlineData("[web](https://example.com/gone.md) <mailto:jan@example.com>")]
    [InlineData("`[code](gone.md)`")]
    [InlineData("```\n[code](gone.md)\n```")]
    public void A_link_that_works_is_no_problem(string text) => Assert.Empty(Problems("README.md", text));

    private static IReadOnlyList<string> Documents() =>
    [
        .. Directory.EnumerateFiles(SourceTree.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(SourceTree.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Intersect(NotOurs, StringComparer.Ordinal).Any())
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Problems(string document, string text) =>
    [
        .. from Match match in Link().Matches(WithoutCode(text))
           let target = match.Groups["target"].Value
           where !Absolute().IsMatch(target)
           let problem = Problem(document, text, target)
           where problem is not null
           select $"{document}: {problem}",
    ];

    private static string? Problem(string document, string text, string target)
    {
        var (file, fragment) = target.Split('#', 2) is [var path, var heading] ? (path, heading) : (target, null);
        var folder = Path.Combine(SourceTree.Root, Path.GetDirectoryName(document)!);
        var full = file.Length == 0
            ? Path.Combine(SourceTree.Root, document)
            : Path.GetFullPath(Path.Combine(folder, Uri.UnescapeDataString(file)));
        if (!full.StartsWith(SourceTree.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return $"{target} leads out of the repository";
        if (!Path.Exists(full))
            return $"{target} does not exist";
        if (fragment is null)
            return null;
        if (!full.EndsWith(".md", StringComparison.Ordinal))
            return $"{target} names a place in a file that has no headings";
        var headings = Headings(file.Length == 0 ? text : File.ReadAllText(full));
        return headings.Contains(fragment, StringComparer.Ordinal)
            ? null
            : $"{(file.Length == 0 ? document : file)} has no heading #{fragment}";
    }

    /// <summary>
    /// As GitHub names them: lower case, hyphens for spaces, no punctuation, a number after one that has been there before.
    /// </summary>
    private static List<string> Headings(string text)
    {
        var names = new List<string>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match match in Heading().Matches(Fence().Replace(text.ReplaceLineEndings("\n"), "")))
        {
            var words = Link().Replace(match.Groups["text"].Value, "${label}").Trim().ToLowerInvariant();
            var name = string.Concat(words.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
            var before = seen.GetValueOrDefault(name);
            seen[name] = before + 1;
            names.Add(before == 0 ? name : $"{name}-{before}");
        }

        return names;
    }

    private static IEnumerable<string> Prose(IEnumerable<string> lines)
    {
        var isCode = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isCode = !isCode;
            else if (!isCode && !line.StartsWith('|'))
                yield return line;
        }
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(SourceTree.Root, document));

    private static string WithoutCode(string text) => CodeSpan().Replace(Fence().Replace(text.ReplaceLineEndings("\n"), ""), "");

    // [label](target), ![label](target "title"), and the definition [label]: target.
    [GeneratedRegex(@"\b\w+Tests\.[A-Z]\w+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamedTest();

    [GeneratedRegex(
        @"\[(?<label>[^\]]*)\]\((?<target>[^)\s]+)(?:\s+""[^""]*"")?\)|^\[(?<label>[^\]]+)\]:\s*(?<target>\S+)",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Absolute();

    [GeneratedRegex("^#{1,6} +(?<text>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("^[ ]*```.*?^[ ]*```", RegexOptions.Singleline | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]+`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeSpan();
}
