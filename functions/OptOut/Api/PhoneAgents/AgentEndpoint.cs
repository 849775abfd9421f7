using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api.PhoneAgents;

/// <summary>
/// <c>POST /api/opt-outs</c>: a person opts out in a call, and the agent's screen records it immediately. Repeating the request changes
/// nothing and gives the same reference number; another identifier or scope of the same call is another Stop under that number. With
/// <c>?language=</c> the sentence that the agent reads out is in that language, otherwise in the person's.
/// </summary>
internal sealed class AgentEndpoint(
    AgentIntake intake,
    ProfileStore profiles,
    IdentifierProtector protector,
    TopicCatalogue catalogue,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    private const string LanguageField = "language", KeyField = "code";

    // The opt-out is recorded by now. Only the wording is still to be looked up, and a person is waiting on the phone.
    private static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(3);

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await ApiBody.ReadAsync(request, OptOutRequestJson.Default.OptOutRequest, cancellationToken);
        if (problem is not null)
            return problem;
        var errors = new List<(string, string)>();
        var optOut = body!.Read(catalogue, controller.Value.PhoneRegion, errors);
        var language = Language.Find(request.Query[LanguageField]);
        if (request.Query.ContainsKey(LanguageField) && language is null)
            errors.Add((LanguageField, "Not one of our languages. Give nl, fr, de or en; or leave it out for the person's own."));
        if (request.Query.Keys.Any(k => k is not (LanguageField or KeyField)))
            errors.Add(("query", $"The only query parameter is {LanguageField}; everything about the person goes in the body."));
        if (errors.Count > 0)
            return ApiProblems.Invalid(errors);

        return await intake.RecordAsync(optOut) is { } changes
            ? Results.Json(await AnswerAsync(optOut, changes, language, cancellationToken), OptOutAnswerJson.Default.OptOutAnswer)
            : ApiProblems.RetryLater("The opt-out could not be saved, so it is not recorded. Do not tell the person anything yet.");
    }

    private async Task<OptOutAnswer> AnswerAsync(
        AgentOptOut optOut, IReadOnlyList<Change> changes, Language? language, CancellationToken cancellationToken)
    {
        var (deciding, profile) = await LookUpAsync(changes, cancellationToken);
        var entry = deciding ?? changes[0];
        var reference = Reference.From(entry);
        var unknown = optOut.CustomerNumber is not null && profile is { HasContactPoints: false };
        var spoken = language ?? Language.Find(profile?.Language) ?? controller.Value.Language;
        var postal = optOut.Identifiers.Where(i => i.Kind == IdentifierKind.Postal)
            .Select(i => PostalReading.Describe(i, spoken))
            .FirstOrDefault();
        var say = unknown && optOut.Identifiers.Count == 0
            ? spoken.Format("agents.say.unknown", controller.Value.Name, reference)
            : optOut.Scope == Scope.Everything
            ? spoken.Format("agents.say.everything", controller.Value.Name, reference)
            : spoken.Format("agents.say.scope", controller.Value.Name, ScopeText.Describe(optOut.Scope, spoken, catalogue), reference);
        return new OptOutAnswer(
            reference,
            [.. changes.Select(c => c.Subject.ToString())],
            entry.At,
            postal is null ? say : $"{say} {spoken.Format("postal.say", postal)}",
            postal,
            Notice(optOut, changes, unknown));
    }

    private string? Notice(AgentOptOut optOut, IReadOnlyList<Change> changes, bool unknown)
    {
        if (unknown)
        {
            return optOut.Identifiers.Count == 0
                ? "Recorded, but this customer number is not registered yet, so no contact point is stopped by it. "
                    + "Check the customer number, or also give the number that was called, as identifier."
                : "Recorded for the identifiers. This customer number is not registered yet, so it stops nothing else: check it.";
        }

        // A postal address in another spelling may be another key. What nobody has can only stop a letter with the same reading.
        var standIns = optOut.Identifiers.Select(i => protector.SubjectOf(i)).ToHashSet();
        return optOut.Identifiers.Any(i => i.Kind == IdentifierKind.Postal) && changes.All(c => standIns.Contains(c.Subject))
            ? "Recorded, but no customer has this postal address as it was read: only letters with an address that reads the same stop. "
                + "Ask for the customer number and send it as subject, or for the code on the letter."
            : null;
    }

    private async Task<(Change? Deciding, Profile? Profile)> LookUpAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(LookUpTimeout, cancellationToken);
        try
        {
            return (await intake.FindDecidingAsync(changes, limit.Token), await profiles.LoadAsync(changes[0].Subject, limit.Token));
        }
        catch (Exception e) when (e is StoreUnavailableException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, null);
        }
    }
}

internal sealed record OptOutAnswer(
    [property: SchemaRef("Reference"), Description(
        "The number to read out: of this call, or of an earlier submission that already stopped the same.")]
    string Reference,
    [property: SchemaRef("SubjectKey"), MinLength(1), Description(
        "Everyone who is stopped by it; while the store does not answer, who stands for the unknown owner of an identifier.")] IReadOnlyList<string> Subjects,
    [property: Description("When the person said it, as recorded.")] DateTimeOffset Recorded,
    [property: Description("What the agent reads out.")] string Say,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description("How the postal address was read: letters stop if the address on them reads the same.")]
    string? Postal,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description(
        "Something the agent should check: the customer number has no contact point yet, or nobody has the postal address.")]
    string? Notice);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OptOutAnswer))]
internal sealed partial class OptOutAnswerJson : JsonSerializerContext;
