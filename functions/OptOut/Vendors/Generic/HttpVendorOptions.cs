namespace OptOut.Vendors.Generic;

/// <summary>
/// Setting <c>OptOut:HttpVendors:{name}</c>: a CRM, a mail tool or any other system that follows the contract in this folder's README.
/// The name identifies the vendor in rows, in the report and in the ledger: never rename a vendor.
/// </summary>
internal sealed class HttpVendorOptions
{
    public const string Section = "OptOut:HttpVendors";

    /// <summary>The channel that it sends over or has a list for: <c>email</c>, <c>sms</c>, <c>phone</c> or <c>post</c>.</summary>
    public string Channel { get; set; } = "";

    /// <summary>The address that receives each Stop. It must be https, or http for a system on this machine.</summary>
    public Uri? PushUrl { get; set; }

    /// <summary>
    /// The secrets that sign our calls, in the format of <see cref="WebhookSecret"/>. While one is rotated, list both: both sign.
    /// </summary>
    public IList<string> PushSecrets { get; init; } = [];

    /// <summary>Sent as <c>Authorization: Bearer</c> with every call, if the vendor requires a token as well as the signature.</summary>
    public string? BearerToken { get; set; }

    /// <summary>Other headers that the vendor requires, by name, such as an API key or an account.</summary>
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The address of the vendor's list; null if it has none, which the nightly report then states.</summary>
    public Uri? PullUrl { get; set; }

    public HttpVendorFormat PullFormat { get; set; } = HttpVendorFormat.Pages;

    /// <summary>
    /// The secrets that the vendor signs its events with, which must differ from <see cref="PushSecrets"/>. While one is rotated, list
    /// both. Without any, no event is accepted.
    /// </summary>
    public IList<string> WebhookSecrets { get; init; } = [];

    /// <summary>The topics whose messages are sent through the vendor; empty means all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>
    /// Whether the vendor keeps topics separate: each topic is pushed to it, and its list names them. If not, its list contains the
    /// people who stopped everything it sends.
    /// </summary>
    public bool ByTopic { get; set; }

    /// <summary>What it means when a person stops at the vendor.</summary>
    public HttpVendorStop EntryStops { get; set; } = HttpVendorStop.Everything;

    /// <summary>The time limit for a push.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for the list, or for one page of it.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);

    public static string Setting(string name) => $"{Section}:{name}";
}

internal enum HttpVendorFormat
{
    /// <summary><c>{"entries":[...],"next":"cursor"}</c>, until there is no <c>next</c>.</summary>
    Pages,

    /// <summary>Newline-delimited JSON: the whole list in one response, one entry per line.</summary>
    Lines,
}

internal enum HttpVendorStop
{
    /// <summary>
    /// The default. A person who objects through one channel objects to all marketing, unless both the consolidated and the granular
    /// choice were offered (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>
    /// The entry's topic on all channels or, without a topic, the vendor's channel. Use it only if every opt-out at the vendor offers
    /// both choices.
    /// </summary>
    Named,
}
