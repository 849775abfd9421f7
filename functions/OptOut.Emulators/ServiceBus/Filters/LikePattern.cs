using System.Text;
using System.Text.RegularExpressions;

namespace OptOut.Emulators.ServiceBus.Filters;

/// <summary>
/// SQL's LIKE: % matches any number of characters, _ exactly one, and the character after the escape character is literal.
/// </summary>
internal sealed class LikePattern
{
    private readonly Regex _regex;

    public LikePattern(string pattern, char? escape)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var letter = pattern[i];
            if (letter == escape && i + 1 < pattern.Length)
                regex.Append(Regex.Escape(pattern[++i].ToString()));
            else
                regex.Append(letter switch { '%' => ".*", '_' => ".", _ => Regex.Escape(letter.ToString()) });
        }

        // Non-backtracking, so that a pattern with many % cannot be slow on a long property.
        _regex = new Regex(
            regex.Append("\\z").ToString(),
            RegexOptions.Singleline | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant,
            Regex.InfiniteMatchTimeout);
    }

    public bool Matches(string text) => _regex.IsMatch(text);
}
