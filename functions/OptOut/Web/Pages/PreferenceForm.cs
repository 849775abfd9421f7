using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Web.Pages;

/// <summary>What a person changed on the preferences page.</summary>
/// <param name="Seen">The number of the state that the page showed.</param>
/// <param name="Wanted">What is to be stopped, by channel; channels without a change are left out.</param>
/// <param name="Declined">The boxes that the person cleared.</param>
internal sealed record PreferenceChoice(
    long Seen, IReadOnlyDictionary<Channel, StopSet> Wanted, IReadOnlyList<(Channel Channel, Topic Topic)> Declined);

/// <summary>
/// The form of the preferences page: which boxes it showed, which of them were ticked then, and which are now. What changed is the difference,
/// so a box that nobody touched changes nothing, however old the page is.
/// </summary>
internal static class PreferenceForm
{
    /// <summary>The hidden fields: the boxes shown, and the state that they showed.</summary>
    public const string Shown = "shown", Seen = "seen";

    public const string Want = "want";

    private const char NotTicked = '!';

    /// <summary>
    /// The value of the hidden field that names the boxes, so that a topic added to the catalogue in the meantime is neither stopped nor
    /// allowed. One that was not ticked has an exclamation mark before it.
    /// </summary>
    public static string Write(IEnumerable<(Scope Cell, bool Ticked)> cells) =>
        string.Join(' ', cells.Select(c => c.Ticked ? c.Cell.ToString() : NotTicked + c.Cell.ToString()));

    /// <returns>
    /// Null when the form is not ours, or not one for this person and catalogue: it names a box that was never shown, one that no longer
    /// exists, or it allows something without saying which state of this person it showed.
    /// </returns>
    public static PreferenceChoice? Read(IFormCollection? form, TopicCatalogue catalogue, SubjectKey subject, SubjectState now)
    {
        var offered = catalogue.Matrix.SelectMany(c => c.Topics.Select(t => new Scope(c.Channel, t))).ToHashSet();
        if (form is null
            || form[Shown] is not [{ } cells]
            || Scopes(cells.Split(' ').Select(cell => cell.TrimStart(NotTicked)), offered) is not { Count: > 0 } shown
            || Scopes(cells.Split(' ').Where(cell => !cell.StartsWith(NotTicked)), offered) is not { } ticked
            || Scopes(form[Want], shown) is not { } wanted)
        {
            return null;
        }

        var seen = StateVersion.TryParse(form[Seen], out var version) && version.Subject == subject && version.Number <= now.Number
            ? version.Number
            : (long?)null;
        var changed = shown.Where(s => ticked.Contains(s) != wanted.Contains(s)).ToLookup(s => s.Channel!.Value, s => s.Topic!.Value);
        if (seen is null && changed.Any(c => c.Any(t => wanted.Contains(new Scope(c.Key, t)))))
            return null;
        var topics = shown.ToLookup(s => s.Channel!.Value, s => s.Topic!.Value);
        return new PreferenceChoice(
            seen ?? 0,
            changed.Count > 0 && wanted.Count == 0 && catalogue.Matrix.All(c => topics.Contains(c.Channel))
                ? Channels.All.ToDictionary(c => c, _ => StopSet.Everything)
                : changed.ToDictionary(c => c.Key, c => Preferences.ApplyChoices(
                    now.Consent.Stops(c.Key),
                    [.. topics[c.Key]],
                    catalogue.Topics,
                    c.ToDictionary(t => t, t => wanted.Contains(new Scope(c.Key, t))),
                    [.. topics[c.Key].Where(t => ticked.Contains(new Scope(c.Key, t)) && wanted.Contains(new Scope(c.Key, t)))])),
            [.. changed.SelectMany(c => c.Where(t => !wanted.Contains(new Scope(c.Key, t))).Select(t => (c.Key, t)))]);
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
