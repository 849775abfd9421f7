using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace OptOut.Company;

/// <summary>All texts for people in one language, from the files <c>Texts/{capability}.{code}.json</c>. No key is in two files.</summary>
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
            .Where(
                name => name.StartsWith("OptOut.Texts.", StringComparison.Ordinal)
                    && name.EndsWith($".{code}.json", StringComparison.Ordinal))
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

    /// <exception cref="KeyNotFoundException">There is no such text: a bug, which a test finds.</exception>
    public string this[string key] => _texts[key];

    public string Format(string key, params object[] values) => string.Format(Culture, _texts[key], values);

    /// <summary>Finds the language of a code such as <c>nl</c> or <c>nl-BE</c>; null if it is not supported.</summary>
    public static Language? Find(string? code) =>
        code is { Length: >= 2 } && (code.Length == 2 || code[2] is '-' or '_')
            ? ByCode.GetValueOrDefault(code[..2].ToLowerInvariant())
            : null;
}
