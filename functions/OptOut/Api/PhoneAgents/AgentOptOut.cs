using System.Globalization;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Api.PhoneAgents;

/// <summary>What a person said on the phone: stop.</summary>
/// <param name="Identifiers">The contact points the agent named.</param>
/// <param name="CustomerNumber">Null when the agent gave none.</param>
/// <param name="At">When it was said; null for now.</param>
internal sealed record AgentOptOut(IReadOnlyList<Identifier> Identifiers, string? CustomerNumber, Scope Scope, CallReference On, DateTimeOffset? At)
{
    /// <summary>All that is said in one call is one submission, with one number: the agent reads it out, and a second Stop does not change it.</summary>
    public Guid SubmissionId { get; } = EventIds.Derive("phone call", On.Call);

    public ChangeEvidence Evidence => new(Channel.Phone, Reference: On.Reference);

    /// <summary>
    /// The same whenever the same request is sent again, so that it is recorded once. Another scope or another moment is another Stop, as is another
    /// day where no moment is given: a dialler that uses a number anew must not lose what is said then.
    /// </summary>
    /// <param name="now">When the request came in.</param>
    public string EventKey(DateTimeOffset now) => string.Join('\n', "phone call", On.Call, Scope, At is { } at
        ? at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
        : now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
