using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using OptOut.Vendors.Twilio;
using Twilio.Security;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary>Twilio's own library accepts and rejects the same requests as ours.</summary>
public sealed class TwilioOracleTests
{
    private const string Token = "12345";

    private static readonly Gen<string> Text =
        Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char["+=&%? \u00e9\u20ac"], Gen.Char['0', '9']), 0, 20];
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcXYZ019"], 1, 8];

    private static readonly Gen<string> Url = Gen.Select(
        Gen.OneOf("https", "http"), Gen.OneOf("example.com", "Opt-Out.example.BE"), Gen.OneOf("", ":443", ":80", ":8443"),
        Word.Array[1, 3], Gen.Select(Word, Word).Array[0, 3], Compose);

    private static readonly Gen<Dictionary<string, string>> Form = Gen.Dictionary(Word, Text)[0, 8];

    private readonly TwilioSignature _ours = new([Token]);
    private readonly RequestValidator _theirs = new(Token);

    [Fact]
    public void Both_libraries_agree_about_a_form() =>
        Gen.Select(Url, Url, Form, Form, Gen.Bool).Sample((url, other, form, changed, isGenuine) =>
        {
            // Signed for one request, then sent with that request or with another.
            var signature = Sign(url + string.Concat(form.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value)));
            var (sentTo, sent) = isGenuine ? (url, form) : (other, changed);

            var accepted = _ours.Verify(signature, sentTo, default, [.. sent]);

            Assert.Equal(_theirs.Validate(sentTo, sent, signature), accepted);
            Assert.True(accepted || !isGenuine);
        });

    [Fact]
    public void Both_libraries_reject_the_smallest_change() =>
        Gen.Select(Url, Form, Word, Gen.Int[0, 27], Gen.Int[0, 2]).Sample((url, form, word, at, what) =>
        {
            var signature = Sign(url + string.Concat(form.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value)));
            var changed = new Dictionary<string, string>(form, StringComparer.Ordinal);
            switch (what)
            {
                case 0:
                    changed[word] = changed.GetValueOrDefault(word) + "x";
                    break;
                case 1:
                    url += "/";
                    break;
                default:
                    signature = $"{signature[..at]}{(signature[at] == 'A' ? 'B' : 'A')}{signature[(at + 1)..]}";
                    break;
            }

            Assert.False(_theirs.Validate(url, changed, signature));
            Assert.False(_ours.Verify(signature, url, default, [.. changed]));
        });

    [Fact]
    public void Both_libraries_agree_about_a_JSON_body() => Gen.Select(Url, Text, Text, Gen.Bool).Sample((url, body, other, isGenuine) =>
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        url += (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "bodySHA256=" + hash;
        var (signature, sent) = (Sign(url), isGenuine ? body : other);

        var accepted = _ours.Verify(signature, url, Encoding.UTF8.GetBytes(sent), []);

        Assert.Equal(_theirs.Validate(url, sent, signature), accepted);
        Assert.Equal(sent == body, accepted);
    });

    private static string Compose(string scheme, string host, string port, string[] path, (string Name, string Value)[] query) =>
        $"{scheme}://{host}{port}/{string.Join('/', path)}{(query.Length == 0 ? "" : "?")}"
            + string.Join('&', query.Select(q => $"{q.Name}={q.Value}"));

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with HMAC-SHA1.")]
    private static string Sign(string text) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Token), Encoding.UTF8.GetBytes(text)));
}
