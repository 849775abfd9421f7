using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Company;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Platform.Http;

namespace OptOut.Api.PhoneAgents;

/// <summary>
/// The body of <c>POST /api/opt-outs</c>: <c>{"identifier":{"phone":"0470 12 34 56"},"agent":"A-17","call":"C-2026-11-25-881"}</c>. It can
/// only stop: no property can express anything else.
/// </summary>
[Description("`identifier`, `subject`, or both.")]
internal sealed record OptOutRequest(
    OptOutIdentifiers? Identifier,
    [property: SchemaRef("CustomerNumber")] string? Subject,
    [property: SchemaRef("Scope"), DefaultValue("*,*")] string? Scope,
    [property: Required, RegularExpression("^[ -?A-~]+$"), MaxLength(CallReference.MaxAgent)]
    [property: Description("The agent's number at the call centre: printable ASCII, nothing personal.")]
    string? Agent,
    [property: Required, RegularExpression("^[ -?A-~]+$"), MaxLength(CallReference.MaxCall)]
    [property: Description("The dialler's unique number of this call: printable ASCII, nothing personal.")]
    string? Call,
    [property: DataType(DataType.DateTime)]
    [property: Description("When the person said it, not before the year 2000; left out for now. A time in the future counts as now.")]
    string? At)
{
    /// <param name="region">The country of numbers without a country code: ISO 3166-1 alpha-2.</param>
    /// <param name="errors">Receives each error with its field and how to fix it.</param>
    /// <returns>The opt-out; not valid when there are errors.</returns>
    public AgentOptOut Read(TopicCatalogue catalogue, string region, List<(string Field, string Problem)> errors)
    {
        var identifiers = Identifier?.Read(region, errors) ?? [];
        if (Identifier is null && Subject is null)
        {
            errors.Add((
                "identifier",
                "Say who it is: identifier with the number that was called, as in "
                    + "{\"phone\":\"0470 12 34 56\"}, or subject with the customer number; or both."));
        }

        if (Subject is not null
            && (string.IsNullOrWhiteSpace(Subject)
                ? "It is empty; give the customer number, or leave it out."
                : CustomerNumber.FindProblem(Subject)) is { } wrong)
        {
            errors.Add(("subject", wrong));
        }

        var scope = Consent.Scope.Everything;
        if (Scope is not null && !Consent.Scope.TryParse(Scope, out scope))
        {
            errors.Add(
                ("scope", "Give channel,topic with * for all, as in 'phone,*' or '*,offers'; or leave it out for everything, '*,*'."));
        }
        else if (scope.Topic is { } topic && !catalogue.TryFind(topic.Value, out _))
        {
            errors.Add(("scope", $"The topic is not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or * for all."));
        }

        return new AgentOptOut(identifiers, Subject, scope, CallReference.Read(Agent, Call, region, identifiers, errors), Moment(errors));
    }

    private DateTimeOffset? Moment(List<(string, string)> errors)
    {
        if (At is null)
            return null;
        if (!Rfc3339.TryParse(At, out var at))
        {
            errors.Add(
                ("at", "Give the time with its offset, as in 2026-11-25T10:00:00+01:00 or 2026-11-25T09:00:00Z; or leave it out for now."));
        }
        else if (!Rfc3339.IsPlausible(at))
        {
            errors.Add(("at", "It is before the year 2000: correct the clock of the system that sends it, or leave it out for now."));
        }

        return at;
    }
}

[MinProperties(1), Description("The number that was called, and any other contact point that the person named.")]
internal sealed record OptOutIdentifiers(
    [property: SchemaRef("PhoneText")] string? Phone,
    [property: SchemaRef("EmailText")] string? Email,
    [property: SchemaRef("PostalText")] string? Postal)
{
    public IReadOnlyList<Identifier> Read(string region, List<(string, string)> errors)
    {
        if (Phone is null && Email is null && Postal is null)
            errors.Add(("identifier", "Name at least one: phone, email or postal."));
        var found = new List<Identifier>(3);
        if (Phone is not null)
        {
            Add(
                "phone",
                PhoneNumber.TryParse(Phone, region, out var phone),
                phone,
                $"Not a phone number; write it as +32470123456 or as dialled in {region}.");
        }

        if (Email is not null)
            Add("email", EmailAddress.TryParse(Email, out var email), email, "Not an e-mail address; write it as name@example.com.");
        if (Postal is not null)
        {
            Add(
                "postal",
                PostalKey.TryParse(Postal, out var postal),
                postal,
                "Not a postal address; give street, number, postcode and town in one line.");
        }

        return found;

        void Add(string kind, bool parsed, Identifier identifier, string problem)
        {
            if (parsed)
                found.Add(identifier);
            else
                errors.Add(($"identifier.{kind}", problem));
        }
    }
}

// A property given twice is ambiguous, and an unknown property may be the one that matters: both are rejected.
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(OptOutRequest))]
internal sealed partial class OptOutRequestJson : JsonSerializerContext;
