using System.Globalization;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Local.DemoPage;

/// <summary>The data of one rendering of the page. Public because Razor components are public; its members are internal.</summary>
public sealed class DemoView
{
    private readonly TimeZoneInfo _zone;

    /// <param name="controller">The company that sends the mails.</param>
    /// <param name="catalogue">Its topics.</param>
    /// <param name="inbox">All people and mails.</param>
    /// <param name="selected">The selected mail, whose recipient is shown beside the inbox.</param>
    /// <param name="stopped">The keys of the people to whom no marketing may be sent.</param>
    /// <param name="person">The recipient of the selected mail.</param>
    /// <param name="backlog">The number of waiting changes and dead letters.</param>
    internal DemoView(
        ControllerOptions controller,
        TopicCatalogue catalogue,
        DemoInbox inbox,
        DemoMail selected,
        IReadOnlySet<string> stopped,
        PersonSnapshot person,
        BacklogCount backlog)
    {
        (Controller, Catalogue, Inbox, Selected, Stopped, Person, Backlog) = (
            controller, catalogue, inbox, selected, stopped, person, backlog);
        _zone = TimeZoneInfo.FindSystemTimeZoneById(controller.TimeZone);
    }

    internal ControllerOptions Controller { get; }

    internal TopicCatalogue Catalogue { get; }

    internal DemoInbox Inbox { get; }

    internal DemoMail Selected { get; }

    internal IReadOnlySet<string> Stopped { get; }

    internal PersonSnapshot Person { get; }

    internal BacklogCount Backlog { get; }

    internal string Time(DateTimeOffset moment) => Local(moment, "d MMM HH:mm:ss");

    internal string TimeOfDay(DateTimeOffset moment) => Local(moment, "HH:mm:ss.fff");

    internal string Milliseconds(DateTimeOffset moment) => Local(moment, "d MMM HH:mm:ss.fff");

    internal string Day(DateTimeOffset moment) => Local(moment, "d MMM, HH:mm");

    internal string Title(Topic? topic) => topic is { } known ? Catalogue.Title(known, "en") : "In general";

    internal string Title(string topic) => Catalogue.TryFind(topic, out var known) ? Title(known) : topic;

    private string Local(DateTimeOffset moment, string format) =>
        TimeZoneInfo.ConvertTime(moment, _zone).ToString(format, CultureInfo.InvariantCulture);
}
