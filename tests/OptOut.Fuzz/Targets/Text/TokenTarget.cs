using System.Text;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>What arrives in the place of a token in a path.</summary>
internal sealed class TokenTarget : TextTarget
{
    private static readonly LinkKeyRing Ring = new(Options.Create(new LinkOptions
    {
        Keys = { Key(7, 'L', LinkKeyUse.Sign), Key(5, 'X', LinkKeyUse.Revoked) },
    }));

    private static readonly string[] Issued =
        [.. Enumerable.Range(0, 4).Select(n =>
            Ring.Sign(new Link(new SubjectKey((UInt128)n << 100), (Channel)n, (byte)n, new(2026, 1, 1, 0, n, 0, TimeSpan.Zero), (uint)n)))];

    public override string Name => "token";

    public override int MaxLength => 1024;

    public override IReadOnlyList<string> Code => ["OptOut.Links.LinkText", "OptOut.Links.LinkKeyRing"];

    public override IEnumerable<byte[]> Seeds =>
        Issued.SelectMany(t => (string[])[t, t + ".", $"<{t}>", $" {t[..20]}=\r\n{t[20..]}", t + "%3Fx%3D1", "%2541" + t]).Select(
            Encoding.UTF8.GetBytes);

    protected override void Run(string text)
    {
        if (Ring.TryFind(text, out var token, out var link))
        {
            Require(Issued.Contains(token, StringComparer.Ordinal), "A token that was never issued is accepted.");
            Require(Ring.Sign(link) == token, "The link of the token has another token.");
        }
        else
        {
            Require(token.Length == 0 && link == default, "A token that is refused has a link.");
        }

        var word = LinkText.Word(text);
        Require(word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or ' ') && LinkText.Word(word) == word,
            "A word has other characters.");
    }

    private static LinkKeyOptions Key(int id, char letter, LinkKeyUse use) =>
        new() { Id = id, Secret = Convert.ToBase64String(Enumerable.Repeat((byte)letter, 32).ToArray()), Use = use };
}
