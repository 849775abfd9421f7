using OptOut.Identity;

namespace OptOut.Messaging;

/// <summary>A service mail to one person: a confirmation or an answer, never marketing.</summary>
/// <param name="To">An e-mail identifier.</param>
/// <param name="ToName">The person's name; null if not known.</param>
/// <param name="Language">ISO 639-1 code of the text, as in <c>nl</c>.</param>
/// <param name="Reference">
/// Identifies a mail that is sent twice: 1 to 100 of <c>A-Z a-z 0-9 - _ .</c> Not personal: mail services keep it indefinitely.
/// </param>
internal sealed record OutgoingMail(
    Identifier To, string? ToName, string SubjectLine, string PlainText, string Html, string Language, string Reference)
{
    /// <summary>The header that contains the reference, by which a returned mail is recognised as ours.</summary>
    public const string ReferenceHeader = "X-OptOut-Reference";

    /// <summary>
    /// The value of the header <c>Auto-Submitted</c>, which prevents automatic replies, such as vacation responders (RFC 3834 section 5).
    /// </summary>
    public const string AutoSubmitted = "auto-generated";

    // A record's ToString writes all members; personal data must not reach a log or an exception.
    public override string ToString() => $"mail {Reference}";
}
