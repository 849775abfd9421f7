using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api.Codes;

/// <summary>
/// <c>POST /api/codes</c>: codes for letters, one per person, or for leaflets addressed to nobody. The same order gives the same codes, so
/// a call whose response was lost can be sent again, and nobody needs to keep a list for a reprint. For other codes, give another campaign.
/// </summary>
internal sealed class CodeOrderEndpoint(
    CodeBook book, CodeLinks links, TopicCatalogue catalogue, IdentifierProtector protector, ProfileStore profiles)
{
    /// <summary>The most codes in one call.</summary>
    public const int MaxCodes = 1000;

    /// <summary>The most codes in one call that draws a picture of each.</summary>
    public const int MaxPictures = 100;

    // The same limit, in characters, as for PUT /api/subjects/{id}.
    private const int MaxSubject = 200;

    private const int LookUpsAtATime = 32;

    public Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken) =>
        IssueAsync(request, cancellationToken).OrRetryLaterAsync("The store does not answer. The same request gives the same codes.");

    private async Task<IResult> IssueAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, problem) = await ApiBody.ReadAsync(request, CodesJson.Default.CodesRequest, cancellationToken);
        if (problem is not null)
            return problem;
        if (Read(body!, out var purposes, out var picture) is { Count: > 0 } errors)
            return ApiProblems.Invalid(errors);

        var codes = await book.IssueAsync(purposes, cancellationToken);
        var unknown = await UnknownAsync(purposes, cancellationToken);
        return Results.Json(
            new CodesAnswer(
                [.. codes.Select(c => new CodeAnswer(c.ToString(), links.Create(c), Draw(c, picture)))],
                unknown.Count == 0 ? null : unknown,
                unknown.Count == 0
                    ? null
                    : "The customer numbers at the positions in unknown have no contact point here. Announce the people with "
                        + "PUT /api/subjects/{id} before you print, and check the numbers. Until then a Stop by their code is kept, and "
                        + "stops nothing."),
            CodesJson.Default.CodesAnswer);
    }

    // The positions, from 1, of customer numbers without a contact point. A leaflet is addressed to nobody.
    private async Task<IReadOnlyList<int>> UnknownAsync(IReadOnlyList<CodePurpose> purposes, CancellationToken cancellationToken)
    {
        var known = new bool[purposes.Count];
        await Parallel.ForAsync(
            0,
            purposes.Count,
            new ParallelOptions { MaxDegreeOfParallelism = LookUpsAtATime, CancellationToken = cancellationToken },
            async (i, cancel) => known[i] = purposes[i].Subject is not { } subject
                || (await profiles.LoadAsync(subject, cancel)).HasContactPoints);
        return [.. known.Index().Where(k => !k.Item).Select(k => k.Index + 1)];
    }

    private List<(string, string)> Read(CodesRequest body, out IReadOnlyList<CodePurpose> purposes, out Picture picture)
    {
        var errors = new List<(string, string)>();
        var channel = Channel.Post;
        if (body.Channel is not null && !Channels.TryParse(body.Channel, out channel))
            errors.Add(("channel", "Give the channel it is printed for: post, email, sms or phone; or leave it out for post."));
        var topicId = catalogue.Id(catalogue.TryFind(body.Topic, out var topic) ? topic : null);
        if (body.Topic is not null && topicId == 0)
            errors.Add(("topic", $"Not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or leave it out."));
        if (!TryRead(body.Qr, out picture))
            errors.Add(("qr", "Give svg or png for a picture of each code; or none, or leave it out."));

        var max = picture == Picture.None ? MaxCodes : MaxPictures;
        var limits = string.Create(
            CultureInfo.InvariantCulture, $"at most {MaxCodes} in one call, or {MaxPictures} with pictures: send the rest in other calls.");
        if (body.Subjects is null == body.Count is null)
        {
            errors.Add((
                "subjects",
                "Give subjects, the customer numbers of the people who get a letter, or "
                    + "count, for leaflets addressed to nobody: one of the two."));
        }

        if (body.Subjects is { Count: 0 })
            errors.Add(("subjects", "The list is empty; give the customer numbers of the people who get a letter."));
        if (body.Subjects?.Count > max)
            errors.Add(("subjects", string.Create(CultureInfo.InvariantCulture, $"There are {body.Subjects.Count}; {limits}")));
        if (body.Count is < 1)
            errors.Add(("count", "Give 1 or more. One code can be used for a whole print run."));
        if (body.Count > max)
        {
            errors.Add((
                "count",
                string.Create(CultureInfo.InvariantCulture, $"It is {body.Count}; {limits} One code can be used for a whole print run.")));
        }

        for (var i = 0; i < body.Subjects?.Count; i++)
        {
            // The number itself is not repeated: responses end up in logs.
            if (string.IsNullOrWhiteSpace(body.Subjects[i]) || body.Subjects[i]!.Length > MaxSubject)
            {
                errors.Add((
                    "subjects",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Entry {i + 1} is not a customer number; give 1 to {MaxSubject} characters, as in PUT /api/subjects/{{id}}.")));
            }
            else if (CustomerNumber.FindProblem(body.Subjects[i]!) is { } wrong)
            {
                errors.Add(("subjects", string.Create(CultureInfo.InvariantCulture, $"Entry {i + 1}: {wrong}")));
            }
        }

        purposes = errors.Count > 0 ? [] : body.Subjects is { } subjects
            ? [.. subjects.Select(s => new CodePurpose(protector.SubjectOf(s!), 0, channel, topicId, body.Campaign))]
            : [.. Enumerable.Range(0, body.Count ?? 0).Select(n => new CodePurpose(null, n, channel, topicId, body.Campaign))];
        return errors;
    }

    private string? Draw(PrintedCode code, Picture picture) => picture switch
    {
        Picture.Svg => links.Svg(code),
        Picture.Png => Convert.ToBase64String(links.Png(code)),
        _ => null,
    };

    private static bool TryRead(string? text, out Picture picture)
    {
        picture = text switch { "svg" => Picture.Svg, "png" => Picture.Png, _ => Picture.None };
        return picture != Picture.None || text is null or "none";
    }

    private enum Picture
    {
        None,
        Svg,
        Png,
    }
}

[Description("`subjects` or `count`, one of the two.")]
internal sealed record CodesRequest(
    [property: SchemaRef("CustomerNumber"), Length(1, CodeOrderEndpoint.MaxCodes)]
    [property: Description(
        "The people who get a letter: a code for each, in this order; the same number gives the same code. At most 100 with pictures.")]
    IReadOnlyList<string?>? Subjects,
    [property: Range(1, CodeOrderEndpoint.MaxCodes), Description(
        "How many codes for leaflets addressed to nobody. At most 100 with pictures.")]
    int? Count,
    [property: SchemaRef("Channel"), DefaultValue("post")] string? Channel,
    [property: SchemaRef("Topic")] string? Topic,
    [property: SchemaRef("Campaign")] uint Campaign,
    [property: AllowedValues("none", "svg", "png"), DefaultValue("none")] string? Qr);

internal sealed record CodesAnswer(
    IReadOnlyList<CodeAnswer> Codes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), MinLength(1)]
    [property: Description(
        "The positions in `subjects`, from 1, of customer numbers without a contact point; left out when there are none.")]
    IReadOnlyList<int>? Unknown,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description("With `unknown`: what to do before you print.")]
    string? Warning);

internal sealed record CodeAnswer(
    [property: RegularExpression("^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$"), Description("The code as it is printed.")] string Code,
    [property: Description("The short link.")] Uri Url,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Description("The SVG, or the PNG in base64, if `qr` requested it.")] string? Qr);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CodesRequest))]
[JsonSerializable(typeof(CodesAnswer))]
internal sealed partial class CodesJson : JsonSerializerContext;
