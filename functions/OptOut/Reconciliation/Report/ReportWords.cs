using System.Globalization;
using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Reconciliation.Report;

/// <summary>The report's wording, the same in the page and in the plain text.</summary>
internal static class ReportWords
{
    public static string Status(VendorReport vendor) => vendor.Status switch
    {
        VendorRunStatus.Busy => vendor.Incomplete!,
        VendorRunStatus.Incomplete => $"Incomplete. {vendor.Incomplete}",
        _ when vendor.Register => $"Complete: the whole register was read ({vendor.Channel.Name()}).",
        _ when !vendor.Comparable =>
            $"This vendor provides no list, so it cannot be compared: only what it confirmed was checked ({vendor.Channel.Name()}).",
        _ => $"Complete: every list was read and everybody who opted out was checked ({vendor.Channel.Name()}).",
    };

    /// <summary>Labels and values, the important ones first.</summary>
    public static IEnumerable<(string Label, string Value)> Figures(VendorReport vendor)
    {
        if (vendor.Register)
        {
            foreach (var figure in RegisterFigures(vendor))
                yield return figure;
            yield break;
        }

        if (vendor.Comparable)
        {
            yield return ("Entries on the vendor's lists compared", Count(vendor.Entries));
            yield return ("In agreement with us", Count(vendor.Agreement));
            yield return ("Stopped there and not here: recorded as a Stop", Count(vendor.Recorded));
            yield return ("Stopped there, but asked for mail again since: removed there", Count(vendor.Removed));
            if (vendor.RemovalsFailed > 0)
                yield return ("The same: removal failed", Count(vendor.RemovalsFailed));
            if (vendor.Withheld > 0)
                yield return ("The same: left stopped, over the limit of one run", Count(vendor.Withheld));
            if (vendor.NotOurs > 0)
                yield return ("The same: on a list the vendor keeps for itself, left as it is", Count(vendor.NotOurs));
            yield return ("Undeliverable addresses, which do not show what a person wants", Count(vendor.Undeliverable));
            if (vendor.Suppressed > 0)
                yield return ("The same, new: nothing is sent there any more", Count(vendor.Suppressed));
            if (vendor.Lifted > 0)
                yield return ("The same, gone from the vendor's list: reachable again", Count(vendor.Lifted));
            yield return ("Entries that could not be read", Count(vendor.Unreadable));
        }

        yield return ("Contact points with something stopped here", Count(vendor.Stopped));
        yield return (
            vendor.Comparable ? "Stopped here and missing there: pushed again" : "Stopped here and never confirmed there: pushed again",
            Count(vendor.PushedAgain));
        if (vendor.PushesFailed > 0)
            yield return ("The same: push failed", Count(vendor.PushesFailed));
        if (vendor.TooNew > 0)
            yield return ("Newer than what was read: checked by the next run", Count(vendor.TooNew));
        if (vendor.TimeToStop is { } times)
        {
            yield return ("Opt-outs timed", Count(times.Count));
            yield return ("Time to stop: half within", Time(times.P50));
            yield return ("95 of 100 within", Time(times.P95));
            yield return ("99 of 100 within", Time(times.P99));
            yield return ("The longest", Time(times.Max));
        }
        else
        {
            yield return ("Opt-outs timed", "0");
        }

        yield return ("Period covered", $"{Moment(vendor.From)} to {Moment(vendor.Until)}");
        yield return ("Working time", Time(vendor.Duration) + (vendor.Resumed ? ", after an interruption" : ""));
    }

    private static IEnumerable<(string Label, string Value)> RegisterFigures(VendorReport vendor)
    {
        yield return ("Contact points in the register", Count(vendor.Entries));
        yield return ("Of these, known to us, customers or not", Count(vendor.Known));
        yield return ("New in it: marketing is blocked from now on", Count(vendor.Suppressed));
        yield return ("No longer in it: the person's own choice counts again", Count(vendor.Lifted));
        if (vendor.LiftsWithheld > 0)
            yield return ("The same: still blocked, because the list may be incomplete", Count(vendor.LiftsWithheld));
        yield return ("Lines that could not be read", Count(vendor.Unreadable));
        yield return ("Working time", Time(vendor.Duration) + (vendor.Resumed ? ", after an interruption" : ""));
    }

    /// <summary>What somebody must look into.</summary>
    public static IEnumerable<string> Problems(VendorReport vendor) =>
    [
        .. vendor.UnreadLists.Select(l => $"The list {l.Key} could not be read: {l.Value}"),
        .. !vendor.NeedsReading
            ? []
            : (string[])
            [
                $"{Count(vendor.Unreadable)} entries of the vendor's lists could not be read. "
                    + "One of them may be an objection: check the lists there.",
            ],
        .. vendor.Failures.Select(f => $"{Count(f.Value)} not confirmed: {f.Key}"),
        .. vendor.Notices,
    ];

    /// <summary>What a vendor's webhooks brought that nobody understood.</summary>
    public static string UnreadEvents(UnreadEvents events) =>
        $"{Count(events.Unreadable)} could not be read, of which any may be an opt-out; {Count(events.Unknown)} of an unknown kind; "
            + $"since {Moment(events.Since)}. Check the vendor's log and the format of its webhooks.";

    public static string Event(SubjectEvent what) => what switch
    {
        SubjectEvent.StopRecorded => "Stop recorded",
        SubjectEvent.EntryRemoved => "vendor's entry removed",
        SubjectEvent.PushedAgain => "pushed again",
        _ => "not confirmed",
    };

    public static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("d MMMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };
}
