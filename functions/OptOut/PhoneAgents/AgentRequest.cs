using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Catalogue;
using OptOut.Http;
using OptOut.Identifiers;
using OptOut.Subjects;

namespace OptOut.PhoneAgents;

/// <summary>
/// The body of <c>POST /api/opt-outs</c>: <c>{"identifier":{"phone":"0470 12 34 56"},"agent":"A-17","call":"C-2026-11-25-881"}</c>. It can only stop:
/// there is no property that would say anything else.
/// </summary>
/// <param name="Identifier">The number that was called, and whatever else the person named.</param>
/// <param name="Subject">The customer number, beside the identifier or in its place. Whoever is named in either way is stopped.</param>
/// <param name="Scope"><c>*,*</c>, everything, where left out. Narrower only where the person chose so after hearing both choices, as the call script offers them.</param>
/// <param name="Agent">Who heard it: 1 to 60 printable ASCII characters, nothing personal.</param>
/// <param name="Call">In which call: 1 to 120 printable ASCII characters, nothing personal, unlike that of any other call.</param>
/// <param name="At">When it was said, RFC 3339 with an offset; now, where left out.</param>
internal sealed record AgentRequest(AgentIdentifiers? Identifier, string? Subject, string? Scope, string? Agent, string? Call, string? At)
{
    /// <param name="region">Of numbers without a country: ISO 3166-1 alpha-2.</param>
    /// <param name="errors">Everything that is wrong, by field, with the mend.</param>
    /// <returns>What was said; of no use when there are errors.</returns>
    public Spoken Read(TopicCatalogue catalogue, string region, List<(string Field, string Problem)> errors)
    {
        var identifiers = Identifier?.Read(region, errors) ?? [];
        if (Identifier is null && Subject is null)
            errors.Add(("identifier", "Say who it is: identifier with the number that was called, as in {\"phone\":\"0470 12 34 56\"}, or subject with the customer number; or both."));
        if (Subject is not null && (string.IsNullOrWhiteSpace(Subject) ? "It is empty; give the customer number, or leave it out." : CustomerNumber.Problem(Subject)) is { } wrong)
            errors.Add(("subject", wrong));

        var scope = Consent.Scope.Everything;
        if (Scope is not null && !Consent.Scope.TryParse(Scope, out scope))
            errors.Add(("scope", "Give channel,topic with * for all, as in 'phone,*' or '*,offers'; or leave it out for everything, '*,*'."));
        else if (scope.Topic is { } topic && !catalogue.TryFind(topic.Value, out _))
            errors.Add(("scope", $"The topic is not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or * for all."));

        return new Spoken(identifiers, Subject, scope, SpokenOn.Read(Agent, Call, region, identifiers, errors), Moment(errors));
    }

    private DateTimeOffset? Moment(List<(string, string)> errors)
    {
        if (At is null)
            return null;
        if (!Rfc3339.TryParse(At, out var at))
            errors.Add(("at", "Give the moment with its offset, as in 2026-11-25T10:00:00+01:00 or 2026-11-25T09:00:00Z; or leave it out for now."));
        else if (!Rfc3339.IsCredible(at))
            errors.Add(("at", "It is before the year 2000: set the clock it comes from, or leave it out for now."));
        return at;
    }
}

/// <param name="Phone">Any usual spelling.</param>
/// <param name="Postal">Street, number, postcode and town in one line.</param>
internal sealed record AgentIdentifiers(string? Phone, string? Email, string? Postal)
{
    public IReadOnlyList<Identifier> Read(string region, List<(string, string)> errors)
    {
        if (Phone is null && Email is null && Postal is null)
            errors.Add(("identifier", "Name at least one: phone, email or postal."));
        var found = new List<Identifier>(3);
        if (Phone is not null)
            Add("phone", PhoneNumber.TryParse(Phone, region, out var phone), phone, $"Not a phone number; write it as +32470123456 or as dialled in {region}.");
        if (Email is not null)
            Add("email", EmailAddress.TryParse(Email, out var email), email, "Not an e-mail address; write it as name@example.com.");
        if (Postal is not null)
            Add("postal", PostalKey.TryParse(Postal, out var postal), postal, "Not a postal address; give street, number, postcode and town in one line.");
        return found;

        void Add(string kind, bool parsed, Identifier identifier, string fault)
        {
            if (parsed)
                found.Add(identifier);
            else
                errors.Add(($"identifier.{kind}", fault));
        }
    }
}

// A name given twice says two things, and one that is not known may be the one that matters: both are refused.
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AgentRequest))]
internal sealed partial class AgentRequestJson : JsonSerializerContext;
