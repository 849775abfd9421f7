using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api.PhoneAgents;

/// <summary>
/// <c>POST /api/opt-outs</c>: a person says it in a call, and the agent's screen records it there and then. Sending the same again changes nothing and
/// gives the same number; a further identifier or scope of the same call is a further Stop under that number. With <c>?language=</c> the sentence that
/// the agent reads out is in that language, else in the person's.
/// </summary>
internal sealed class AgentEndpoint(AgentIntake intake, ProfileStore profiles, TopicCatalogue catalogue, IOptions<ControllerOptions> controller, TimeProvider time)
{
    private const string LanguageField = "language", KeyField = "code";

    // It is recorded; what is left to look up is only how to say so, and a person is waiting.
    private static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(3);

    public Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken) =>
        RecordAsync(request, cancellationToken)
            .OrLaterAsync("The store does not answer, so the opt-out is not recorded in full. Tell the person nothing yet.");

    private async Task<IResult> RecordAsync(HttpRequest request, CancellationToken cancellationToken)
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
            errors.Add(("query", $"The address takes {LanguageField} and nothing else; what is about the person goes in the body."));
        if (errors.Count > 0)
            return ApiAnswers.Invalid(errors);

        return await intake.RecordAsync(optOut, cancellationToken) is { } changes
            ? Results.Json(await AnswerAsync(optOut, changes, language, cancellationToken), OptOutAnswerJson.Default.OptOutAnswer)
            : ApiAnswers.RetryLater("The opt-out could not be kept, so it is not recorded. Tell the person nothing yet.");
    }

    private async Task<OptOutAnswer> AnswerAsync(
        AgentOptOut optOut, IReadOnlyList<Change> changes, Language? language, CancellationToken cancellationToken)
    {
        var (restsOn, profile) = await LookUpAsync(changes, cancellationToken);
        var entry = restsOn ?? changes[0];
        var reference = Reference.From(entry);
        var words = language ?? Language.Find(profile?.Language) ?? controller.Value.Language;
        return new OptOutAnswer(
            reference,
            [.. changes.Select(c => c.Subject.ToString())],
            entry.At,
            optOut.Scope == Scope.Everything
                ? words.Format("agents.say.everything", controller.Value.Name, reference)
                : words.Format("agents.say.scope", controller.Value.Name, ScopeText.Describe(optOut.Scope, words, catalogue), reference),
            optOut is { CustomerNumber: not null, Identifiers.Count: 0 } && profile is { Identifiers.Count: 0 }
                ? "Recorded, but nobody told us of this customer number yet, so no contact point is stopped by it. Check the number, or give the one that was called as identifier too."
                : null);
    }

    private async Task<(Change? RestsOn, Profile? Profile)> LookUpAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(LookUpTimeout, cancellationToken);
        try
        {
            return (await intake.RestsOnAsync(changes, limit.Token), await profiles.LoadAsync(changes[0].Subject, limit.Token));
        }
        catch (Exception e) when (e is StoreUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, null);
        }
    }
}

internal sealed record OptOutAnswer(
    [property: SchemaRef("Reference"), Description("To read out: of this call, or of the earlier submission that stopped the same already.")]
    string Reference,
    [property: SchemaRef("SubjectKey"), MinLength(1), Description("Everybody who is stopped by it.")] IReadOnlyList<string> Subjects,
    [property: Description("When it was said, as recorded.")] DateTimeOffset Recorded,
    [property: Description("What the agent reads out.")] string Say,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description("Something the agent should look at: the customer number has no contact point yet.")]
    string? Notice);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OptOutAnswer))]
internal sealed partial class OptOutAnswerJson : JsonSerializerContext;
