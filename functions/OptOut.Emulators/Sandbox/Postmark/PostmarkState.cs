using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Postmark;

/// <param name="Reason">HardBounce, SpamComplaint or ManualSuppression.</param>
/// <param name="Origin">Recipient, Customer or Admin.</param>
internal sealed record PostmarkEntry(string Stream, string Email, string Reason, string Origin, DateTimeOffset CreatedAt)
{
    /// <summary>
    /// Whether the account may lift it: a suppression of its own or a hard bounce. A spam complaint it may not
    /// (https://postmarkapp.com/developer/api/suppressions-api), nor, by the client libraries' documentation, what the recipient did.
    /// </summary>
    public bool MayBeLifted => (Reason, Origin) is ("ManualSuppression", "Customer") or ("HardBounce", _);
}

/// <summary>What the sandbox's Postmark holds, as it is written to its file: one entry for an address in a stream.</summary>
internal sealed record PostmarkState
{
    public List<PostmarkEntry> Entries { get; init; } = [];
}

[JsonSerializable(typeof(PostmarkState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class PostmarkStateJson : JsonSerializerContext;
