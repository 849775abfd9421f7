using System.Text;

namespace OptOut.Mailto;

/// <summary>
/// The header section of a mail (RFC 5322 section 2.2), unfolded. Read by hand: four questions are asked of it, and a MIME library would bring
/// its cryptography into the product for them. A line that is no header field is passed over and loses no neighbour.
/// </summary>
internal sealed class MailHeaders
{
    private const int MaxFields = 2_000;

    private readonly List<(string Name, string Value)> _fields = [];

    public static MailHeaders None { get; } = new();

    /// <returns>The value of the first field of that name, trimmed; null when there is none.</returns>
    public string? this[string name] => All(name).FirstOrDefault();

    public static MailHeaders Parse(string text)
    {
        var headers = new MailHeaders();
        var field = new StringBuilder();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).TrimEnd('\r');
            if (line is not [' ' or '\t', ..])
                headers.Add(field);
            field.Append(line);
        }

        headers.Add(field);
        return headers;
    }

    public bool Has(string name) => _fields.Exists(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<string> All(string name) => _fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);

    /// <summary>A parameter of a structured field, as the <c>boundary</c> in Content-Type; null when there is none.</summary>
    public string? Parameter(string name, string parameter)
    {
        foreach (var part in Parts(this[name] ?? "").Skip(1))
        {
            if (part.Split('=', 2) is [var key, var value] && key.Trim().Equals(parameter, StringComparison.OrdinalIgnoreCase))
                return value.Trim().Trim('"');
        }

        return null;
    }

    /// <summary>A field's value without its parameters, in lower case: <c>text/plain</c>.</summary>
    public string Kind(string name) => (this[name] ?? "").Split(';', '(')[0].Trim().ToLowerInvariant();

    // At the semicolons outside quotes.
    private static IEnumerable<string> Parts(string value)
    {
        var (start, quoted) = (0, false);
        for (var i = 0; i < value.Length; i++)
        {
            quoted ^= value[i] == '"';
            if (value[i] == ';' && !quoted)
            {
                yield return value[start..i];
                start = i + 1;
            }
        }

        yield return value[start..];
    }

    private void Add(StringBuilder field)
    {
        var whole = field.ToString();
        field.Clear();
        var colon = whole.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && _fields.Count < MaxFields && whole.AsSpan(0, colon).TrimEnd() is var name && !name.ContainsAnyExceptInRange('!', '~'))
            _fields.Add((name.ToString(), whole[(colon + 1)..].Trim()));
    }
}
