using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OptOut.Judge;

/// <summary>The confirmation mails that the sandbox's SendGrid took.</summary>
internal static partial class Mails
{
    // A token begins with its version, key, channel and topic, a byte each, and the 16 bytes of the subject key.
    private const int TokenLength = 58, SubjectAt = 4, SubjectBytes = 16;

    /// <summary>Reads <c>GET /sandbox/state</c>. Mails to the controller itself are no confirmations.</summary>
    public static IReadOnlyList<Mail> Read(JsonElement state) =>
    [
        .. state.GetProperty("sendgrid").GetProperty("mails").EnumerateArray()
            .Select(mail => (Mail: mail, To: mail.GetProperty("to").GetString()!, Text: mail.GetProperty("plainText").GetString()!))
            .Where(m => !m.To.StartsWith("privacy@", StringComparison.Ordinal))
            .Select(m => new Mail(
                m.To,
                SubjectIn(m.Text),
                [.. ReferencePattern().Matches(m.Text).Select(r => r.Value).Distinct()],
                m.Mail.GetProperty("at").GetDateTimeOffset(),
                m.Mail.GetProperty("dropped").ValueKind != JsonValueKind.Null)),
    ];

    private static string SubjectIn(string text)
    {
        if (TokenPattern().Match(text) is not { Success: true } link)
            return "";
        Span<byte> token = stackalloc byte[TokenLength];
        var read = Base64Url.DecodeFromChars(link.Groups[1].Value, token);
        return read < SubjectAt + SubjectBytes
            ? ""
            : InstallationKeys.Key(BinaryPrimitives.ReadUInt128BigEndian(token.Slice(SubjectAt, SubjectBytes)));
    }

    [GeneratedRegex("/u/([A-Za-z0-9_-]{58})")]
    private static partial Regex TokenPattern();

    [GeneratedRegex(@"\b[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}\b")]
    private static partial Regex ReferencePattern();
}
