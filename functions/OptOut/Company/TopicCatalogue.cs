using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using OptOut.Consent;

namespace OptOut.Company;

/// <summary>Setting <c>OptOut:Catalogue</c>: the kinds of marketing the controller sends.</summary>
public sealed class CatalogueOptions
{
    public IList<TopicOptions> Topics { get; init; } = [];

    /// <summary>The channels that the controller uses, in the order shown to people: email, sms, phone, post. If empty, all four.</summary>
    public IList<string> Channels { get; init; } = [];

    internal IReadOnlyList<Channel> ChannelsUsed => Channels.Count == 0 ? Consent.Channels.All : [.. Channels.Select(Parse)];

    internal static Channel Parse(string name) =>
        Consent.Channels.TryParse(name, out var channel) ? channel : throw new FormatException($"'{name}' is not a channel.");
}

public sealed class TopicOptions
{
    /// <summary>1 to 255. Every link ever mailed contains it, so never reuse a number for another topic.</summary>
    public int Id { get; set; }

    /// <summary>The short name: 1 to 32 of <c>a-z 0-9 -</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The title shown to people, by language: nl, fr, de, en.</summary>
    public IDictionary<string, string> Titles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The channels that it is sent on, a subset of <c>OptOut:Catalogue:Channels</c>. If empty, all of them.</summary>
    public IList<string> Channels { get; init; } = [];
}

/// <summary>The controller's topics, by short name and by their number in link tokens.</summary>
public sealed class TopicCatalogue(IOptions<CatalogueOptions> options)
{
    private readonly FrozenDictionary<byte, TopicOptions> _byId = options.Value.Topics.ToFrozenDictionary(t => (byte)t.Id);
    private readonly FrozenDictionary<string, TopicOptions> _byName = options.Value.Topics.ToFrozenDictionary(
        t => t.Name, StringComparer.Ordinal);

    public IReadOnlyList<Topic> Topics { get; } = [.. options.Value.Topics.Select(t => Topic.Parse(t.Name))];

    /// <summary>The choices that a person has: the controller's channels, in its order, each with the topics sent on it.</summary>
    public IReadOnlyList<(Channel Channel, IReadOnlyList<Topic> Topics)> Matrix { get; } =
    [
        .. options.Value.ChannelsUsed
            .Select(channel => (
                Channel: channel,
                Topics: (IReadOnlyList<Topic>)
                [
                    .. options.Value.Topics
                        .Where(t => t.Channels.Count == 0 || t.Channels.Contains(channel.Name()))
                        .Select(t => Topic.Parse(t.Name)),
                ]))
            .Where(c => c.Topics.Count > 0),
    ];

    /// <summary>
    /// What is stopped of everything on offer, in as few scopes as say it: everything, whole channels, topics on a channel.
    /// </summary>
    internal IReadOnlyList<Scope> Stopped(ConsentState state)
    {
        if (Matrix.All(c => IsWhole(c)))
            return [Scope.Everything];
        return [.. Matrix.SelectMany(c => IsWhole(c)
            ? [new Scope(c.Channel, null)]
            : c.Topics.Where(t => state.Answer(c.Channel, t).Decision == Decision.Stop).Select(t => new Scope(c.Channel, t)))];

        bool IsWhole((Channel Channel, IReadOnlyList<Topic> Topics) choice) =>
            choice.Topics.All(t => state.Answer(choice.Channel, t).Decision == Decision.Stop)
            && state.Answer(choice.Channel).Decision == Decision.Stop;
    }

    /// <summary>Finds a topic of this controller by its short name.</summary>
    public bool TryFind(string? name, out Topic topic)
    {
        topic = default;
        return name is not null && _byName.ContainsKey(name) && Topic.TryParse(name, out topic);
    }

    /// <summary>Finds a topic by its number in a link; null for 0 or for a topic that was removed from the catalogue.</summary>
    public Topic? Find(byte id) => _byId.TryGetValue(id, out var topic) ? Topic.Parse(topic.Name) : null;

    /// <summary>The number that stands for a topic in a link; 0 for none.</summary>
    public byte Id(Topic? topic) => topic is { } t && _byName.TryGetValue(t.Value, out var found) ? (byte)found.Id : (byte)0;

    /// <summary>The title of a topic in the language, or else in English, or else its short name.</summary>
    public string Title(Topic topic, string language) =>
        _byName.TryGetValue(topic.Value, out var found)
            ? found.Titles.TryGetValue(language, out var title) || found.Titles.TryGetValue("en", out title) ? title : topic.Value
            : topic.Value;
}

internal sealed class CatalogueOptionsValidator : IValidateOptions<CatalogueOptions>
{
    // Keeps a person's whole state within one table property (ConsentStore), with room for retired topics.
    private const int MaxTopics = 50;

    public ValidateOptionsResult Validate(string? name, CatalogueOptions options)
    {
        var errors = new List<string>();
        if (options.Topics.Count is 0 or > MaxTopics)
            errors.Add($"OptOut:Catalogue:Topics has {options.Topics.Count} topics; give 1 to {MaxTopics}.");
        for (var i = 0; i < options.Topics.Count; i++)
        {
            var topic = options.Topics[i];
            if (topic.Id is < 1 or > 255)
                errors.Add($"OptOut:Catalogue:Topics:{i}:Id is {topic.Id}; give a number from 1 to 255.");
            if (!Topic.TryParse(topic.Name, out _))
            {
                errors.Add(
                    $"OptOut:Catalogue:Topics:{i}:Name is '{topic.Name}'; give 1 to 32 of "
                        + "a-z, 0-9 and -, beginning with a letter or digit.");
            }

            AddChannelErrors(errors, $"OptOut:Catalogue:Topics:{i}:Channels", topic.Channels);
            foreach (var unused in topic.Channels.Where(
                c => Channels.TryParse(c, out _) && options.Channels.Count > 0 && !options.Channels.Contains(c)))
            {
                errors.Add(
                    $"OptOut:Catalogue:Topics:{i}:Channels names '{unused}', which "
                        + "OptOut:Catalogue:Channels does not; add it there, or remove it here.");
            }
        }

        AddChannelErrors(errors, "OptOut:Catalogue:Channels", options.Channels);
        foreach (var empty in options.Channels.Where(
            c => Channels.TryParse(c, out _)
                && options.Topics.Count > 0
                && options.Topics.All(t => t.Channels.Count > 0 && !t.Channels.Contains(c))))
        {
            errors.Add($"OptOut:Catalogue:Channels names '{empty}', on which no topic is sent; add it to a topic, or remove it here.");
        }

        foreach (var id in options.Topics.GroupBy(t => t.Id).Where(g => g.Count() > 1))
        {
            errors.Add(
                $"OptOut:Catalogue:Topics gives Id {id.Key} to {string.Join(" and ", id.Select(t => t.Name))}; "
                    + "give every topic its own Id.");
        }

        foreach (var repeated in options.Topics.GroupBy(t => t.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            errors.Add($"OptOut:Catalogue:Topics names '{repeated.Key}' {repeated.Count()} times; name it once.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void AddChannelErrors(List<string> errors, string setting, IList<string> names)
    {
        errors.AddRange(
            names.Where(n => !Channels.TryParse(n, out _)).Select(n => $"{setting} names '{n}'; give email, sms, phone or post."));
        errors.AddRange(
            names
                .GroupBy(n => n, StringComparer.Ordinal)
                .Where(g => g.Count() > 1)
                .Select(g => $"{setting} names '{g.Key}' {g.Count()} times; name it once."));
    }
}
