namespace OptOut.Vendors.Generic;

/// <summary>
/// Setting <c>OptOut:HttpVendors:{name}</c>: a CRM, a mail tool or whatever else speaks the contract in this folder's README. The name is the vendor's
/// own everywhere, in rows, the report and the ledger: never rename one.
/// </summary>
internal sealed class HttpVendorOptions
{
    public const string Section = "OptOut:HttpVendors";

    /// <summary>What it sends over, or holds a list for: <c>email</c>, <c>sms</c>, <c>phone</c> or <c>post</c>.</summary>
    public string Channel { get; set; } = "";

    /// <summary>Where we tell of each Stop. https; http only for a party on this machine.</summary>
    public Uri? PushUrl { get; set; }

    /// <summary>What our calls are signed with, as <see cref="WebhookSecret"/> has it. While one is being changed both stand here, and both sign.</summary>
    public IList<string> PushSecrets { get; init; } = [];

    /// <summary>Sent as <c>Authorization: Bearer</c> with every call, where the vendor wants one beside the signature.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Other headers the vendor wants, by name: an API key, an account.</summary>
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the vendor gives its list out; null where it gives none out, and the nightly report says so.</summary>
    public Uri? PullUrl { get; set; }

    public HttpVendorFormat PullFormat { get; set; } = HttpVendorFormat.Pages;

    /// <summary>What the vendor signs its events with, other than <see cref="PushSecrets"/>. While one is being changed both stand here. Without any, no event is believed.</summary>
    public IList<string> WebhookSecrets { get; init; } = [];

    /// <summary>The topics whose messages go out through the vendor; none given: all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>Whether the vendor keeps each topic apart: it is told of each, and its list names them. If not, it holds whoever stopped all it sends.</summary>
    public bool ByTopic { get; set; }

    /// <summary>What it means that a person stopped at the vendor.</summary>
    public HttpVendorStop EntryStops { get; set; } = HttpVendorStop.Everything;

    /// <summary>How long a push may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the list may take, a page of it or the whole.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);

    public static string Setting(string name) => $"{Section}:{name}";
}

internal enum HttpVendorFormat
{
    /// <summary><c>{"entries":[...],"next":"cursor"}</c>, until there is no <c>next</c>.</summary>
    Pages,

    /// <summary>Newline-delimited JSON: the whole list in one answer, an entry a line.</summary>
    Lines,
}

internal enum HttpVendorStop
{
    /// <summary>
    /// The default. Whoever objects through one channel objects to all marketing, unless the consolidated and the granular choice were both on offer
    /// (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>The entry's topic on all channels, or without one the vendor's channel: only where every way out at the vendor shows both choices.</summary>
    Named,
}
