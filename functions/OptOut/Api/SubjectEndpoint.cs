using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api;

/// <summary><c>PUT /api/subjects/{id}</c>: everything the controller knows about a person, replacing what it sent before.</summary>
internal sealed class SubjectEndpoint(SubjectRegistrar registrar, IdentifierProtector protector, IOptions<ControllerOptions> controller)
{
    public Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        SaveAsync(request, id, cancellationToken).OrRetryLaterAsync();

    private async Task<IResult> SaveAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        if (CustomerNumber.FindProblem(id) is { } wrong)
            return ApiProblems.Invalid("id", wrong);
        var (body, problem) = await ApiBody.ReadAsync(request, SubjectJson.Default.SubjectRequest, cancellationToken);
        if (problem is not null)
            return problem;

        var errors = new List<(string, string)>();
        if (body!.Language is not null && Language.Find(body.Language) is null)
            errors.Add(("language", "Give nl, fr, de or en, or leave it out."));
        var identifiers = new List<Identifier>();
        Read("identifiers.email", body.Identifiers?.Email, EmailAddress.TryParse, "is not an e-mail address.");
        Read(
            "identifiers.phone",
            body.Identifiers?.Phone,
            Phone,
            $"is not a phone number; write it as +32470123456 or as dialled in {controller.Value.PhoneRegion}.");
        Read(
            "identifiers.postal",
            body.Identifiers?.Postal,
            PostalKey.TryParse,
            "is not a postal address; give street, number, postcode and town in one line.");
        if (errors.Count > 0)
            return ApiProblems.Invalid(errors);

        var subject = protector.SubjectOf(id);
        try
        {
            return await registrar.SaveAsync(subject, identifiers, Language.Find(body.Language)?.Code, cancellationToken)
                ? Results.Json(new SubjectAnswer(subject.ToString()), SubjectJson.Default.SubjectAnswer)
                : ApiProblems.RetryLater("The subject could not be stored and announced completely.");
        }
        catch (TooManyIdentifiersException e)
        {
            return ApiProblems.Invalid("identifiers", e.Message);
        }

        void Read(string field, IReadOnlyList<string>? texts, Parse parse, string reason)
        {
            for (var i = 0; i < texts?.Count; i++)
            {
                // The text itself is not repeated: responses end up in logs.
                if (parse(texts[i], out var identifier))
                    identifiers.Add(identifier);
                else
                    errors.Add((field, $"Entry {i + 1} {reason}"));
            }
        }

        bool Phone(string? text, out Identifier identifier) =>
            PhoneNumber.TryParseVouched(text, controller.Value.PhoneRegion, out identifier);
    }

    private delegate bool Parse(string? text, out Identifier identifier);
}

/// <summary>
/// All identifiers the controller knows, and the language:
/// <c>{"identifiers":{"email":["..."],"phone":["..."],"postal":["..."]},"language":"nl"}</c>.
/// </summary>
internal sealed record SubjectRequest(SubjectIdentifiers? Identifiers, [property: SchemaRef("LanguageTag")] string? Language);

[Description("At most 100 per person over time.")]
internal sealed record SubjectIdentifiers(
    [property: SchemaRef("EmailText"), MaxLength(ProfileStore.MaxIdentifiers)] IReadOnlyList<string>? Email,
    [property: SchemaRef("PhoneText"), MaxLength(ProfileStore.MaxIdentifiers)] IReadOnlyList<string>? Phone,
    [property: SchemaRef("PostalText"), MaxLength(ProfileStore.MaxIdentifiers)] IReadOnlyList<string>? Postal);

internal sealed record SubjectAnswer([property: SchemaRef("SubjectKey")] string Subject);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SubjectRequest))]
[JsonSerializable(typeof(SubjectAnswer))]
internal sealed partial class SubjectJson : JsonSerializerContext;
