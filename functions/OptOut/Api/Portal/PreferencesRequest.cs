using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Api.Portal;

/// <summary>
/// The body of <c>PUT /api/subjects/{id}/preferences</c>: <c>{"everything":"stop"}</c>, or <c>{"channels":{"email":{"newsletter":true,"offers":false}}}</c>
/// where true is "send me this" and what is not named stays as it is.
/// </summary>
[MinProperties(1), Description("`everything` or `channels`, one of the two.")]
internal sealed record PreferencesRequest(
    [property: AllowedValues("stop"), Description("The consolidated opt-out.")] string? Everything,
    [property: SchemaRef("ByChannelAndTopic")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>?>? Channels,
    [property: RegularExpression("^[ -?A-~]+$"), MaxLength(PreferencesRequest.MaxReference)]
    [property: Description("Your portal's own, kept in the ledger: printable ASCII, nothing personal, no @.")]
    string? Reference)
{
    private const int MaxReference = 200;

    /// <param name="offered">The controller's channels, and the topics of each.</param>
    /// <param name="errors">Everything that is wrong, by field, with the mend.</param>
    /// <returns>What the person wants; of no use when there are errors.</returns>
    public PreferenceUpdate Read(IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered, List<(string Field, string Problem)> errors)
    {
        if (Everything is null && Channels is null)
            errors.Add(("body", "Give \"everything\":\"stop\", or \"channels\" with what is to change."));
        if (Everything is not null && Channels is not null)
            errors.Add(("everything", "Give everything or channels, not both: what is stopped altogether has no exceptions."));
        if (Everything is not (null or "stop"))
            errors.Add(("everything", "The one value is \"stop\". What the person wants to receive again is named by channel and topic in channels."));

        // Printable, as the ledger takes it; an address would stand there for ever.
        if (Reference is not null && (Reference.Length is 0 or > MaxReference || Reference.Any(c => c is < ' ' or > '~' or '@')))
            errors.Add(("reference", $"Give 1 to {MaxReference} printable ASCII characters without personal data (so no @), or leave it out."));

        var cells = new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>();
        var channels = string.Join(", ", offered.Keys.Select(c => c.Name()));
        if (Channels is { Count: 0 })
            errors.Add(("channels", $"Name at least one channel: {channels}."));
        foreach (var (name, answers) in Channels ?? new Dictionary<string, IReadOnlyDictionary<string, bool>?>(StringComparer.Ordinal))
        {
            if (Consent.Channels.TryParse(name, out var channel) && offered.TryGetValue(channel, out var topics))
                cells[channel] = Read($"channels.{name}", answers, topics, errors);
            else
                errors.Add(($"channels.{Named(name)}", $"Not a channel of the catalogue. Give one of: {channels}."));
        }

        return new PreferenceUpdate(Everything is not null, cells, Reference);
    }

    private static Dictionary<Topic, bool> Read(string field, IReadOnlyDictionary<string, bool>? answers, IReadOnlyList<Topic> topics, List<(string, string)> errors)
    {
        var cells = new Dictionary<Topic, bool>();
        if (answers is not { Count: > 0 })
            errors.Add((field, $"Name at least one topic, as in {{\"{topics[0]}\":false}}."));
        foreach (var (name, wanted) in answers ?? new Dictionary<string, bool>(StringComparer.Ordinal))
        {
            if (Topic.TryParse(name, out var topic) && topics.Contains(topic))
                cells[topic] = wanted;
            else
                errors.Add(($"{field}.{Named(name)}", $"Not a topic of this channel. Give one of: {string.Join(", ", topics)}."));
        }

        return cells;
    }

    // A name that could be one of ours with a slip in it is repeated; anything else may be somebody's address, and answers end up in logs.
    private static string Named(string name) => Topic.TryParse(name, out _) ? name : "?";
}

// A name given twice says two things: refused, rather than one of them believed.
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(PreferencesRequest))]
internal sealed partial class PreferencesRequestJson : JsonSerializerContext;
