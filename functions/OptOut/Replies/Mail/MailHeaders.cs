using MimeKit;

namespace OptOut.Replies.Mail;

/// <summary>
/// The header section of a mail (RFC 5322 section 2.2), unfolded. Encoded words stay encoded: no address or signature may be
/// read from one. A line that is not a header field is skipped.
/// </summary>
internal sealed class MailHeaders(IReadOnlyList<(string Name, string Value)> fields, ContentType? contentType)
{
    public static MailHeaders None { get; } = new([], null);

    public ContentType? ContentType => contentType;

    /// <returns>The value of the first field of that name, trimmed; null when there is none.</returns>
    public string? this[string name] => All(name).FirstOrDefault();

    public bool Has(string name) => All(name).Any();

    public IEnumerable<string> All(string name) =>
        fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);
}
