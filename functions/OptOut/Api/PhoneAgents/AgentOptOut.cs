using System.Globalization;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Api.PhoneAgents;

/// <summary>A Stop that a person made on the phone.</summary>
/// <param name="Identifiers">The contact points that the agent gave.</param>
/// <param name="CustomerNumber">Null when the agent gave none.</param>
/// <param name="Call">The call in which it was made.</param>
/// <param name="At">When the person said it; null for now.</param>
internal sealed record AgentOptOut(
    IReadOnlyList<Identifier> Identifiers, string? CustomerNumber, Scope Scope, CallReference Call, DateTimeOffset? At)
{
    /// <summary>
    /// Everything said in one call is one submission with one reference number. The agent reads it out, and a
    /// second Stop does not change it.
    /// </summary>
    public Guid SubmissionId { get; } = EventIds.Derive("phone call", Call.CallId);

    public ChangeEvidence Evidence => new(Channel.Phone, Reference: Call.Reference);

    /// <summary>
    /// The same whenever the same request is sent again, so that it is recorded once. Another scope or another time is another Stop.
    /// Without a time, so is another day: when a dialler reuses a call number, the new call must not be lost.
    /// </summary>
    /// <param name="now">When the request was received.</param>
    public string EventKey(DateTimeOffset now) => string.Join('\n', "phone call", Call.CallId, Scope, At is { } at
        ? at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
        : now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
