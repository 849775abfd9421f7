using System.ComponentModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Platform.Http;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Api;

/// <summary>
/// <c>GET /api/check?channel=email&amp;topic=newsletter</c>: whether marketing may be sent to this identifier. The identifier is in a
/// header, because URLs end up in logs everywhere and an identifier must not.
/// </summary>
/// <remarks>
/// The person's decision comes first in the answer, a register second, an address that does not work last. A register blocks everyone
/// listed in it, customer or not, even where the person allows: an Allow withdraws an objection made here; it is not an express consent
/// that overrides the register.
/// </remarks>
internal sealed class CheckEndpoint(
    IdentifierIndex index,
    ExternalSuppressionStore suppressions,
    TopicCatalogue catalogue,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    /// <summary>
    /// The header with the identifier. A value with an <c>@</c> is an e-mail address as it is written, and is never decoded: <c>%</c> may
    /// be part of it. Any other value is percent-encoded UTF-8 as a whole, which changes nothing in digits and plain letters.
    /// </summary>
    public const string IdentifierHeader = "OptOut-Identifier";

    public Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, cancellationToken).OrRetryLaterAsync("The store does not answer. Until it does, do not send.");

    private async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new List<(string, string)>();
        if (request.Query.Keys.FirstOrDefault(k => k is not ("channel" or "topic" or "code")) is { } unknown)
        {
            errors.Add((
                unknown,
                "Not a parameter of this call. It accepts channel and topic; the identifier goes in the header "
                    + $"{IdentifierHeader}, never in the URL."));
        }

        Topic? topic = null;
        if (request.Query["topic"].ToString() is { Length: > 0 } name)
        {
            if (catalogue.TryFind(name, out var found))
            {
                topic = found;
            }
            else
            {
                errors.Add((
                    "topic",
                    $"Not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; "
                        + "or leave it out to check marketing in general."));
            }
        }

        Identifier identifier = default;
        if (!Channels.TryParse(request.Query["channel"], out var channel))
        {
            errors.Add(("channel", "Give the channel you would send over: email, sms, phone or post."));
        }
        else if (Decode(request.Headers[IdentifierHeader].ToString()) is not { } text)
        {
            errors.Add((IdentifierHeader, "It is percent-encoded in part. Give it as it is, or encode all of it, with %40 for the @."));
        }
        else if (!TryRead(channel, text, out identifier))
        {
            errors.Add((
                IdentifierHeader,
                $"Give the {IdentifierRow.Name(Identifier.KindFor(channel))} identifier in the header {IdentifierHeader}."));
        }

        if (errors.Count > 0)
            return ApiProblems.Invalid(errors);

        var (permission, suppressed) = (
            index.AnswerAsync(identifier, cancellationToken), suppressions.FindAsync(identifier, cancellationToken));
        await Task.WhenAll(permission, suppressed);
        return Results.Json(Answer(channel, topic, await permission, await suppressed), CheckJson.Default.CheckAnswer);
    }

    private CheckAnswer Answer(
        Channel channel, Topic? topic, IdentifierPermission? permission, IReadOnlyList<ExternalSuppression> suppressed)
    {
        var stops = permission?.Stops.GetValueOrDefault(channel) ?? StopSet.Nothing;

        // Only a decision about this channel and topic. A person who stopped the offers has decided nothing about the newsletter.
        var decided = permission?.DecidedAt(channel, topic);
        if (stops.Stops(topic))
            return new CheckAnswer(false, topic is not null && !stops.General ? CheckReason.StoppedTopic : CheckReason.Stopped, decided);

        var now = time.GetUtcNow();
        return suppressed.Where(s => s.Blocks(channel, now)).OrderBy(s => s.IsBounce).ThenBy(s => s.Since).FirstOrDefault() switch
        {
            { IsBounce: true } bounce => new CheckAnswer(false, CheckReason.Undeliverable, bounce.Since) { Vendor = bounce.Party },
            { } registered => new CheckAnswer(false, CheckReason.Register, registered.Since) { Register = registered.Party },
            null => new CheckAnswer(true, decided is null ? CheckReason.NoObjection : CheckReason.Allowed, decided),
        };
    }

    /// <returns>
    /// Null for an address in which only the letters beyond ASCII are encoded: as it is, it would be the address of nobody, and allowed.
    /// </returns>
    private static string? Decode(string header)
    {
        var decoded = Uri.UnescapeDataString(header);
        return !header.Contains('@', StringComparison.Ordinal) ? decoded
            : Ascii.IsValid(header) && !Ascii.IsValid(decoded) ? null
            : header;
    }

    private bool TryRead(Channel channel, string text, out Identifier identifier) => Identifier.KindFor(channel) switch
    {
        IdentifierKind.Email => EmailAddress.TryParse(text, out identifier),
        IdentifierKind.Phone => PhoneNumber.TryParseVouched(text, controller.Value.PhoneRegion, out identifier),
        _ => PostalKey.TryParse(text, out identifier),
    };
}

/// <summary>Why marketing may be sent or not.</summary>
internal static class CheckReason
{
    public const string NoObjection = "no-objection",
        Allowed = "allowed",
        Stopped = "stopped",
        StoppedTopic = "stopped-topic",
        Register = "register",
        Undeliverable = "undeliverable";
}

internal sealed record CheckAnswer(
    bool Allowed,
    [property: SchemaRef("CheckReason")] string Reason,
    [property: Description(
        "The time of the latest decision about this identifier, or of its registration or bounce; null when there is none.")]
    DateTimeOffset? Since)
{
    [Description("For `register`: the name of the register in the settings.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Register { get; init; }

    [Description("For `undeliverable`: the vendor that reported the bounce.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Vendor { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CheckAnswer))]
internal sealed partial class CheckJson : JsonSerializerContext;
