using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using OptOut.Catalogue;
using OptOut.Consent;
using OptOut.Http;
using OptOut.Identifiers;

namespace OptOut.Links;

/// <summary><c>POST /api/links</c>: a person's link for one message, in every form the message needs. Stores nothing.</summary>
public sealed class LinkDoor(LinkHeaders headers, TopicCatalogue catalogue, IdentifierProtector protector, TimeProvider time)
{
    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await ApiBody.ReadAsync(request, LinkJson.Default.LinkRequest, cancellationToken);
        if (problem is not null)
            return problem;

        var errors = new List<(string, string)>();
        if (string.IsNullOrWhiteSpace(body!.Subject))
            errors.Add(("subject", "Give the customer number that PUT /api/subjects/{id} knows the person by."));
        if (!Channels.TryParse(body.Channel, out var channel))
            errors.Add(("channel", "Give the channel of the message: email, sms, phone or post."));
        var topicId = catalogue.Id(catalogue.TryFind(body.Topic, out var topic) ? topic : null);
        if (body.Topic is not null && topicId == 0)
            errors.Add(("topic", $"Not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or leave it out."));
        if (errors.Count > 0)
            return ApiAnswers.Invalid(errors);

        var forms = headers.Write(new Link(protector.SubjectOf(body.Subject!), channel, topicId, time.GetUtcNow(), body.Campaign));
        return Results.Json(
            new LinkAnswer(
                forms.Url,
                forms.Preferences,
                forms.Mailto,
                new Dictionary<string, string>(StringComparer.Ordinal) { ["List-Unsubscribe"] = forms.ListUnsubscribe, ["List-Unsubscribe-Post"] = forms.ListUnsubscribePost },
                forms.Warnings),
            LinkJson.Default.LinkAnswer);
    }
}

/// <param name="Subject">The customer number.</param>
/// <param name="Campaign">The controller's own number for the mailing, 0 to 4,294,967,295.</param>
internal sealed record LinkRequest(string? Subject, string? Channel, string? Topic, uint Campaign);

internal sealed record LinkAnswer(Uri Url, Uri Preferences, string? Mailto, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> Warnings);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(LinkAnswer))]
internal sealed partial class LinkJson : JsonSerializerContext;
