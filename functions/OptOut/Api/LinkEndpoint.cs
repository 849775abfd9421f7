using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api;

/// <summary>
/// <c>POST /api/links</c>: a person's link for one message, in every form that the message needs. It needs no store; with one, it says
/// whether anybody is known under the customer number.
/// </summary>
internal sealed class LinkEndpoint(
    LinkHeaders headers, TopicCatalogue catalogue, IdentifierProtector protector, KnownSubjects known, TimeProvider time)
{
    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await ApiBody.ReadAsync(request, LinkJson.Default.LinkRequest, cancellationToken);
        if (problem is not null)
            return problem;

        var errors = new List<(string, string)>();
        if (string.IsNullOrWhiteSpace(body!.Subject))
            errors.Add(("subject", "Give the customer number used in PUT /api/subjects/{id}."));
        else if (CustomerNumber.FindProblem(body.Subject) is { } wrong)
            errors.Add(("subject", wrong));
        if (!Channels.TryParse(body.Channel, out var channel))
            errors.Add(("channel", "Give the channel of the message: email, sms, phone or post."));
        var topicId = catalogue.Id(catalogue.TryFind(body.Topic, out var topic) ? topic : null);
        if (body.Topic is not null && topicId == 0)
            errors.Add(("topic", $"Not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or leave it out."));
        if (errors.Count > 0)
            return ApiProblems.Invalid(errors);

        var subject = protector.SubjectOf(body.Subject!);
        var forms = headers.Write(new Link(subject, channel, topicId, time.GetUtcNow(), body.Campaign));
        var isKnown = await known.HasContactPointsAsync(subject, cancellationToken);
        return Results.Json(
            new LinkAnswer(
                forms.Url,
                forms.Preferences,
                forms.Mailto,
                new MessageHeaders(forms.ListUnsubscribe, forms.ListUnsubscribePost),
                forms.Warnings,
                isKnown,
                isKnown is false ? KnownSubjects.LinkWarning : null),
            LinkJson.Default.LinkAnswer);
    }
}

internal sealed record LinkRequest(
    [property: Required, SchemaRef("CustomerNumber"), Description(
        "The customer number used in `PUT /api/subjects/{id}`, not percent-encoded.")]
    string? Subject,
    [property: Required, SchemaRef("Channel")] string? Channel,
    [property: SchemaRef("Topic")] string? Topic,
    [property: SchemaRef("Campaign")] uint Campaign);

internal sealed record LinkAnswer(
    [property: Description("For the body of the message, and the target of a one-click POST.")] Uri Url,
    [property: Description("For the second of the two choices that every message must offer.")] Uri Preferences,
    [property: Description("An address to which a mail can be sent instead; null if the controller does not receive mail.")] string? Mailto,
    MessageHeaders Headers,
    [property: MinLength(1), Description("What you must do for these headers to work as promised.")] IReadOnlyList<string> Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description(
        "Whether a contact point of this customer number is known. Left out when the store does not answer; the link works all the same.")]
    bool? Known,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description("When `known` is false: what to do before the mailing.")]
    string? Warning);

internal sealed record MessageHeaders(
    [property: JsonPropertyName("List-Unsubscribe"), Description("RFC 2369 section 3.2.")]
    [property: RegularExpression("^<https?://[^>]+>(, <mailto:[^>]+>)?$")]
    string ListUnsubscribe,
    [property: JsonPropertyName("List-Unsubscribe-Post"), AllowedValues(LinkHeaders.OneClick), Description("RFC 8058 section 3.1.")]
    string ListUnsubscribePost);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(LinkAnswer))]
internal sealed partial class LinkJson : JsonSerializerContext;
