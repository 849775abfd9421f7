using OptOut.Consent;

namespace OptOut.Company;

internal static class ScopeText
{
    /// <summary>Describes a scope in plain words, to follow "for:".</summary>
    public static string Describe(Scope scope, Language language, TopicCatalogue catalogue) => scope switch
    {
        (null, null) => language["everything"],
        ({ } channel, null) => language.Format("scope.channel", language[$"channel.{channel.Name()}"]),
        (null, { } topic) => language.Format("scope.topic", catalogue.Title(topic, language.Code)),
        ({ } channel, { } topic) => language.Format(
            "scope.channel.topic", catalogue.Title(topic, language.Code), language[$"channel.{channel.Name()}"]),
    };
}
