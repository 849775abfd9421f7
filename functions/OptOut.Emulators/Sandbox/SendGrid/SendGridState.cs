using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <param name="Created">Unix seconds.</param>
/// <param name="Group">0 outside groups.</param>
internal sealed record SendGridEntry(string Email, long Created, int Group = 0);

/// <param name="Dropped">Why it was not delivered; null when it was.</param>
/// <param name="To">The address, as sent.</param>
/// <param name="Request">The whole body of the call, as sent.</param>
internal sealed record SendGridSentMail(string MessageId, string To, string Subject, string PlainText, string Html, string? Dropped, DateTimeOffset At, string Request);

/// <summary>What the sandbox's SendGrid holds, as it is written to its file.</summary>
internal sealed record SendGridState
{
    public SortedDictionary<int, string> Groups { get; init; } = [];

    public List<SendGridEntry> Global { get; init; } = [];

    public List<SendGridEntry> GroupEntries { get; init; } = [];

    public List<SendGridEntry> SpamReports { get; init; } = [];

    public List<SendGridEntry> Bounces { get; init; } = [];

    public List<SendGridSentMail> Mails { get; init; } = [];

    /// <summary>The private key that events are signed with, PKCS #8 in base64. It protects nothing but the sandbox.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary>The private key that mails are signed with, likewise.</summary>
    public string InboundSigningKey { get; set; } = "";
}

[JsonSerializable(typeof(SendGridState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class SendGridStateJson : JsonSerializerContext;
