using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Mailgun;

/// <param name="List">unsubscribes, complaints or bounces.</param>
/// <param name="Tags">The tags of an unsubscribe; * means all of the domain's mail.</param>
internal sealed record MailgunEntry(string List, string Address, DateTimeOffset CreatedAt, IReadOnlyList<string> Tags);

/// <summary>What the sandbox's Mailgun holds for its one domain, as it is written to its file.</summary>
internal sealed record MailgunState
{
    public List<MailgunEntry> Entries { get; init; } = [];
}

[JsonSerializable(typeof(MailgunState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class MailgunStateJson : JsonSerializerContext;
