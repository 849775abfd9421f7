using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Records;

/// <summary>
/// How far a subject's ledger is confirmed: a JSON text in the subject's row. A mail is claimed before it is sent, so that two handlers do not
/// send the same.
/// </summary>
/// <param name="UpTo">The last ledger entry that a mail which was accepted covers.</param>
/// <param name="ClaimedUpTo">The last entry that the latest mail covers. Greater than <paramref name="UpTo"/> until it is accepted.</param>
/// <param name="At">When that mail was claimed.</param>
/// <param name="By">The message that claimed it, which may try again.</param>
/// <param name="SentTo">The hashes of the addresses at which it was accepted.</param>
/// <param name="Due">When a message will look again; null if none is scheduled.</param>
internal sealed record ConfirmationProgress(
    long UpTo, long ClaimedUpTo, DateTimeOffset At, Guid By, IReadOnlyList<string> SentTo, DateTimeOffset? Due)
{
    public const string Property = "Confirmation";

    public bool IsSent => UpTo == ClaimedUpTo;

    public static ConfirmationProgress? Parse(string text) =>
        text.Length == 0 ? null : JsonSerializer.Deserialize(text, ConfirmationProgressJson.Default.ConfirmationProgress);

    public override string ToString() => JsonSerializer.Serialize(this, ConfirmationProgressJson.Default.ConfirmationProgress);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ConfirmationProgress))]
internal sealed partial class ConfirmationProgressJson : JsonSerializerContext;
