using OptOut.Identity;

namespace OptOut.Messaging;

/// <summary>A service mail to one person: a confirmation or an answer, never marketing.</summary>
/// <param name="To">An e-mail identifier.</param>
/// <param name="ToName">How the person is called, null when unknown.</param>
/// <param name="Language">ISO 639-1 code of the text, as in <c>nl</c>.</param>
/// <param name="Reference">
/// What makes a mail recognisable when it was sent twice: 1 to 100 of <c>A-Z a-z 0-9 - _ .</c> Nothing personal: mail services keep it for good.
/// </param>
internal sealed record OutgoingMail(
    Identifier To, string? ToName, string SubjectLine, string PlainText, string Html, string Language, string Reference)
{
    /// <summary>The header that carries the reference, by which a mail of ours is known when it comes back.</summary>
    public const string ReferenceHeader = "X-OptOut-Reference";

    // A record writes all its members; a mail in a log line or an exception must not.
    public override string ToString() => $"mail {Reference}";
}
