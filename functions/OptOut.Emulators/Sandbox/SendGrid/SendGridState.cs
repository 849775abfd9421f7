using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <param name="Created">The creation time in Unix seconds.</param>
/// <param name="Group">The group; 0 for an entry that is not in a group.</param>
internal sealed record SendGridEntry(string Email, long Created, int Group = 0);

/// <param name="Dropped">Why it was not delivered; null if it was.</param>
/// <param name="To">The address, as sent.</param>
/// <param name="Request">The complete body of the call, as sent.</param>
internal sealed record SendGridSentMail(
    string MessageId, string To, string Subject, string PlainText, string Html, string? Dropped, DateTimeOffset At, string Request);

/// <summary>What the sandbox's SendGrid contains, in the form written to its file.</summary>
internal sealed record SendGridState
{
    public SortedDictionary<int, string> Groups { get; init; } = [];

    public List<SendGridEntry> Global { get; init; } = [];

    public List<SendGridEntry> GroupEntries { get; init; } = [];

    public List<SendGridEntry> SpamReports { get; init; } = [];

    public List<SendGridEntry> Bounces { get; init; } = [];

    public List<SendGridSentMail> Mails { get; init; } = [];

    /// <summary>The private key that signs events, PKCS #8 in base64. It only protects the sandbox.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary>The private key that signs inbound mails, in the same format.</summary>
    public string InboundSigningKey { get; set; } = "";
}

[JsonSerializable(typeof(SendGridState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class SendGridStateJson : JsonSerializerContext;
