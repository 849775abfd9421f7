using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace OptOut.Company;

/// <summary>Everything a person reads, in one language: the files <c>Texts/{capability}.{code}.json</c>, no key in two of them.</summary>
public sealed class Language
{
    private static readonly FrozenDictionary<string, Language> ByCode =
        new[] { "nl", "fr", "de", "en" }.ToFrozenDictionary(code => code, code => new Language(code), StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> _texts;

    private Language(string code)
    {
        Code = code;
        Culture = CultureInfo.GetCultureInfo(code switch { "nl" => "nl-BE", "fr" => "fr-BE", "de" => "de-BE", _ => "en-GB" });
        var assembly = typeof(Language).Assembly;
        _texts = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("OptOut.Texts.", StringComparison.Ordinal) && name.EndsWith($".{code}.json", StringComparison.Ordinal))
            .SelectMany(name =>
            {
                using var file = assembly.GetManifestResourceStream(name)!;
                return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
            })
            .ToDictionary(StringComparer.Ordinal)
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    public static IEnumerable<Language> All => ByCode.Values;

    public static Language English => ByCode["en"];

    public string Code { get; }

    public CultureInfo Culture { get; }

    public IEnumerable<string> Keys => _texts.Keys;

    /// <exception cref="KeyNotFoundException">No such text: a fault in this code, found by a test.</exception>
    public string this[string key] => _texts[key];

    public string Format(string key, params object[] values) => string.Format(Culture, _texts[key], values);

    /// <summary>The language of a code as a person or a browser gives it, as in <c>nl</c> or <c>nl-BE</c>; null when we do not speak it.</summary>
    public static Language? Find(string? code) =>
        code is { Length: >= 2 } && (code.Length == 2 || code[2] is '-' or '_') ? ByCode.GetValueOrDefault(code[..2].ToLowerInvariant()) : null;
}
