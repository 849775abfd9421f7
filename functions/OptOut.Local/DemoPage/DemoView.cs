using System.Globalization;
using OptOut.Catalogue;
using OptOut.Consent;
using OptOut.Controller;

namespace OptOut.Local.DemoPage;

/// <summary>What one rendering of the page shows.</summary>
/// <param name="Stopped">The keys of the people to whom nothing may be sent.</param>
/// <param name="Person">The person of the selected mail; null when the store does not answer.</param>
internal sealed record DemoView(
    ControllerOptions Controller, TopicCatalogue Catalogue, DemoInbox Inbox, DemoMail Selected, IReadOnlySet<string> Stopped, PersonSnapshot? Person, BacklogCount Backlog)
{
    private TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById(Controller.TimeZone);

    public string Time(DateTimeOffset moment) => Local(moment, "HH:mm:ss");

    public string Milliseconds(DateTimeOffset moment) => Local(moment, "HH:mm:ss.fff");

    public string Day(DateTimeOffset moment) => Local(moment, "d MMM, HH:mm");

    public string Title(Topic? topic) => topic is { } known ? Catalogue.Title(known, "en") : "In general";

    public string Title(string topic) => Catalogue.TryFind(topic, out var known) ? Title(known) : topic;

    private string Local(DateTimeOffset moment, string format) => TimeZoneInfo.ConvertTime(moment, Zone).ToString(format, CultureInfo.InvariantCulture);
}
