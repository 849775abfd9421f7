using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Api.Portal;

/// <summary>
/// The body of <c>PUT /api/subjects/{id}/preferences</c>: <c>{"everything":"stop"}</c>, or
/// <c>{"channels":{"email":{"newsletter":true,"offers":false}}}</c> where true means "send me this" and what is not named stays as it is.
/// </summary>
[MinProperties(1), Description("`everything` or `channels`, one of the two.")]
internal sealed record PreferencesRequest(
    [property: AllowedValues("stop"), Description("The consolidated opt-out.")] string? Everything,
    [property: SchemaRef("ByChannelAndTopic")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>?>? Channels,
    [property: RegularExpression("^[ -?A-~]+$"), MaxLength(PreferencesRequest.MaxReference)]
    [property: Description("Your portal's own reference, kept in the ledger: printable ASCII, nothing personal, no @.")]
    string? Reference)
{
    private const int MaxReference = 200;

    /// <param name="offered">The controller's channels, and the topics of each.</param>
    /// <param name="errors">Receives each error with its field and how to fix it.</param>
    /// <returns>What the person chose; not valid when there are errors.</returns>
    public PreferenceUpdate Read(IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered, List<(string Field, string Problem)> errors)
    {
        if (Everything is null && Channels is null)
            errors.Add(("body", "Give \"everything\":\"stop\", or \"channels\" with what changes."));
        if (Everything is not null && Channels is not null)
            errors.Add(("everything", "Give everything or channels, not both: stopping everything has no exceptions."));
        if (Everything is not (null or "stop"))
        {
            errors.Add((
                "everything",
                "The only value is \"stop\". In channels, name what the person wants to receive again by channel and topic."));
        }

        // The ledger accepts printable text only; and it would keep an address permanently.
        if (Reference is not null && (Reference.Length is 0 or > MaxReference || Reference.Any(c => c is < ' ' or > '~' or '@')))
        {
            errors.Add(
                ("reference", $"Give 1 to {MaxReference} printable ASCII characters without personal data (so no @), or leave it out."));
        }

        var cells = new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>();
        var channels = string.Join(", ", offered.Keys.Select(c => c.Name()));
        if (Channels is { Count: 0 })
            errors.Add(("channels", $"Name at least one channel: {channels}."));
        foreach (var (name, answers) in Channels ?? new Dictionary<string, IReadOnlyDictionary<string, bool>?>(StringComparer.Ordinal))
        {
            if (Consent.Channels.TryParse(name, out var channel) && offered.TryGetValue(channel, out var topics))
                cells[channel] = Read($"channels.{name}", answers, topics, errors);
            else
                errors.Add(($"channels.{Repeatable(name)}", $"Not a channel of the catalogue. Give one of: {channels}."));
        }

        return new PreferenceUpdate(Everything is not null, cells, Reference);
    }

    private static Dictionary<Topic, bool> Read(
        string field, IReadOnlyDictionary<string, bool>? answers, IReadOnlyList<Topic> topics, List<(string, string)> errors)
    {
        var cells = new Dictionary<Topic, bool>();
        if (answers is not { Count: > 0 })
            errors.Add((field, $"Name at least one topic, as in {{\"{topics[0]}\":false}}."));
        foreach (var (name, wanted) in answers ?? new Dictionary<string, bool>(StringComparer.Ordinal))
        {
            if (Topic.TryParse(name, out var topic) && topics.Contains(topic))
                cells[topic] = wanted;
            else
                errors.Add(($"{field}.{Repeatable(name)}", $"Not a topic of this channel. Give one of: {string.Join(", ", topics)}."));
        }

        return cells;
    }

    // A name that looks like a mistyped name of ours is repeated. Anything else may be somebody's address, and responses end up in logs.
    private static string Repeatable(string name) => Topic.TryParse(name, out _) ? name : "?";
}

// A property given twice is ambiguous: rejected, rather than picking one of the two.
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PreferencesRequest))]
internal sealed partial class PreferencesRequestJson : JsonSerializerContext;
