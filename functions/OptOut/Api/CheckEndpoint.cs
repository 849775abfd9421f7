using System.ComponentModel;
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
/// <c>GET /api/check?channel=email&amp;topic=newsletter</c>: may I send to this identifier? The identifier comes in a header, because addresses
/// (URLs) end up in logs everywhere and an identifier may not.
/// </summary>
/// <remarks>What the person decided comes first in the answer, a register second, an address that does not work last. A register denies whoever stands in it,
/// a customer or not, also where the person allows: an Allow withdraws an objection made here, and is no express consent given in spite of the register.</remarks>
internal sealed class CheckEndpoint(IdentifierIndex index, ExternalSuppressionStore suppressions, TopicCatalogue catalogue, IOptions<ControllerOptions> controller, TimeProvider time)
{
    /// <summary>The header that holds the identifier, percent-encoded where it is not ASCII.</summary>
    public const string IdentifierHeader = "OptOut-Identifier";

    public Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(request, cancellationToken).OrLaterAsync("The store does not answer. Until it does, do not send.");

    private async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var errors = new List<(string, string)>();
        if (request.Query.Keys.FirstOrDefault(k => k is not ("channel" or "topic" or "code")) is { } unknown)
            errors.Add((unknown, $"Not a parameter of this call. It takes channel and topic; the identifier goes in the header {IdentifierHeader}, never in the URL."));
        Topic? topic = null;
        if (request.Query["topic"].ToString() is { Length: > 0 } name)
        {
            if (catalogue.TryFind(name, out var found))
                topic = found;
            else
                errors.Add(("topic", $"Not in the catalogue. Give one of: {string.Join(", ", catalogue.Topics)}; or leave it out to ask about marketing in general."));
        }

        Identifier identifier = default;
        if (!Channels.TryParse(request.Query["channel"], out var channel))
            errors.Add(("channel", "Give the channel you would send over: email, sms, phone or post."));
        else if (!TryRead(channel, Uri.UnescapeDataString(request.Headers[IdentifierHeader].ToString()), out identifier))
            errors.Add((IdentifierHeader, $"Give the {IdentifierRow.Name(Identifier.KindFor(channel))} identifier in the header {IdentifierHeader}."));
        if (errors.Count > 0)
            return ApiAnswers.Invalid(errors);

        var (consent, denied) = (index.FindAsync(identifier, cancellationToken), suppressions.FindAsync(identifier, cancellationToken));
        await Task.WhenAll(consent, denied);
        return Results.Json(Answer(channel, topic, await consent, await denied), CheckJson.Default.CheckAnswer);
    }

    private CheckAnswer Answer(Channel channel, Topic? topic, IdentifierPermission? known, IReadOnlyList<ExternalSuppression> denied)
    {
        var stops = known?.Stops.GetValueOrDefault(channel) ?? StopSet.Nothing;
        if (stops.Stops(topic))
            return new CheckAnswer(false, topic is not null && !stops.General ? CheckReason.StoppedTopic : CheckReason.Stopped, known!.At);
        var now = time.GetUtcNow();
        return denied.Where(d => d.Denies(channel, now)).OrderBy(d => d.IsBounce).ThenBy(d => d.Since).FirstOrDefault() switch
        {
            { IsBounce: true } bounce => new CheckAnswer(false, CheckReason.Undeliverable, bounce.Since) { Vendor = bounce.Party },
            { } registered => new CheckAnswer(false, CheckReason.Register, registered.Since) { Register = registered.Party },
            null => new CheckAnswer(true, known?.At is null ? CheckReason.NoObjection : CheckReason.Allowed, known?.At),
        };
    }

    private bool TryRead(Channel channel, string text, out Identifier identifier) => Identifier.KindFor(channel) switch
    {
        IdentifierKind.Email => EmailAddress.TryParse(text, out identifier),
        IdentifierKind.Phone => PhoneNumber.TryParse(text, controller.Value.PhoneRegion, out identifier),
        _ => PostalKey.TryParse(text, out identifier),
    };
}

/// <summary>Why it may be sent, or not.</summary>
internal static class CheckReason
{
    public const string NoObjection = "no-objection", Allowed = "allowed", Stopped = "stopped", StoppedTopic = "stopped-topic", Register = "register", Undeliverable = "undeliverable";
}

internal sealed record CheckAnswer(
    bool Allowed,
    [property: SchemaRef("CheckReason")] string Reason,
    [property: Description("The latest decision about this identifier, or when it was registered or bounced; null when there is none.")]
    DateTimeOffset? Since)
{
    [Description("With `register`: its name in the settings.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Register { get; init; }

    [Description("With `undeliverable`: the vendor to which it bounced.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Vendor { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CheckAnswer))]
internal sealed partial class CheckJson : JsonSerializerContext;
