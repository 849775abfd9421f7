using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <param name="OptedOut">The list's own topics that the contact is opted out of.</param>
internal sealed record AmazonSesContact(
    string Email, bool UnsubscribeAll, IReadOnlyList<string> OptedOut, string? Attributes, DateTimeOffset UpdatedAt);

/// <param name="Reason">BOUNCE or COMPLAINT.</param>
internal sealed record AmazonSesSuppression(string Email, string Reason, DateTimeOffset UpdatedAt);

/// <summary>What the sandbox's SES holds in its one region, as it is written to its file.</summary>
internal sealed record AmazonSesState
{
    public List<AmazonSesContact> Contacts { get; init; } = [];

    public List<AmazonSesSuppression> Suppressions { get; init; } = [];
}

[JsonSerializable(typeof(AmazonSesState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class AmazonSesStateJson : JsonSerializerContext;
