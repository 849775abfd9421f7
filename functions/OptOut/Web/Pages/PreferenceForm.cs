using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Web.Pages;

/// <summary>The form of the preferences page: which boxes it showed, and which of them were ticked.</summary>
internal static class PreferenceForm
{
    public const string Shown = "shown", Want = "want";

    /// <summary>
    /// The value of the hidden field that names the boxes shown, so that a topic added to the catalogue in the meantime is
    /// neither stopped nor allowed.
    /// </summary>
    public static string Write(IEnumerable<Scope> cells) => string.Join(' ', cells);

    /// <returns>
    /// What is to be stopped, by channel; channels that were not shown are left out. Null when the form is not ours, or not one for this
    /// catalogue: it names a box that was never shown, or one that no longer exists.
    /// </returns>
    public static IReadOnlyDictionary<Channel, StopSet>? Read(IFormCollection? form, TopicCatalogue catalogue, ConsentState now)
    {
        var offered = catalogue.Matrix.SelectMany(c => c.Topics.Select(t => new Scope(c.Channel, t))).ToHashSet();
        if (form is null
            || form[Shown].Count != 1
            || Scopes(form[Shown][0]!.Split(' '), offered) is not { Count: > 0 } shown
            || Scopes(form[Want], shown) is not { } wanted)
        {
            return null;
        }

        var channels = shown.GroupBy(s => s.Channel!.Value).ToDictionary(g => g.Key, g => g.Select(s => s.Topic!.Value).ToList());
        if (wanted.Count == 0 && catalogue.Matrix.All(c => channels.ContainsKey(c.Channel)))
            return Channels.All.ToDictionary(c => c, _ => StopSet.Everything);
        return channels.ToDictionary(
            c => c.Key,
            c => Preferences.ApplyChoices(
                now.Stops(c.Key), c.Value, catalogue.Topics, c.Value.ToDictionary(t => t, t => wanted.Contains(new Scope(c.Key, t)))));
    }

    private static HashSet<Scope>? Scopes(IEnumerable<string?> texts, HashSet<Scope> known)
    {
        var scopes = new HashSet<Scope>();
        foreach (var text in texts)
        {
            if (!Scope.TryParse(text, out var scope) || !known.Contains(scope))
                return null;
            scopes.Add(scope);
        }

        return scopes;
    }
}
