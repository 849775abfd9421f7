using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Postmark;

/// <param name="Reason">HardBounce, SpamComplaint or ManualSuppression.</param>
/// <param name="Origin">Recipient, Customer or Admin.</param>
internal sealed record PostmarkEntry(string Stream, string Email, string Reason, string Origin, DateTimeOffset CreatedAt)
{
    /// <summary>
    /// Whether the account may lift it: its own suppression or a hard bounce. It may not lift a spam complaint
    /// (https://postmarkapp.com/developer/api/suppressions-api), nor, according to the client libraries' documentation, a suppression by
    /// the recipient.
    /// </summary>
    public bool MayBeLifted => (Reason, Origin) is ("ManualSuppression", "Customer") or ("HardBounce", _);
}

/// <summary>What the sandbox's Postmark holds, as it is written to its file: one entry per address and stream.</summary>
internal sealed record PostmarkState
{
    public List<PostmarkEntry> Entries { get; init; } = [];
}

[JsonSerializable(typeof(PostmarkState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class PostmarkStateJson : JsonSerializerContext;
