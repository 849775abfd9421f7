namespace OptOut.Vendors.SendGrid;

/// <summary>Setting <c>OptOut:SendGrid</c>.</summary>
internal sealed class SendGridOptions
{
    public const string Section = "OptOut:SendGrid";

    /// <summary>An API key with the scopes <c>asm.*</c>, <c>suppression.*</c> and <c>mail.send</c>.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// The API's address: <c>https://api.sendgrid.com</c>, or <c>https://api.eu.sendgrid.com</c> for the mail and lists of an EU regional
    /// subuser. The sandbox of OptOut.Local is <c>http://127.0.0.1:PORT</c>.
    /// </summary>
    public Uri BaseAddress { get; set; } = new("https://api.sendgrid.com");

    /// <summary>For every topic of the catalogue, the id of the unsubscribe group that its mail is sent with.</summary>
    public IDictionary<string, int> Groups { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// Groups of the account whose mail is not marketing, such as order updates: an entry in one is not an objection. An entry in a group
    /// listed neither here nor in <see cref="Groups"/> stops everything.
    /// </summary>
    public IList<int> ServiceGroups { get; init; } = [];

    /// <summary>What it means when a person unsubscribes from a group with SendGrid's own link or page.</summary>
    public GroupStop GroupStops { get; set; } = GroupStop.Everything;

    /// <summary>
    /// The verification keys of the signed event webhook, as SendGrid shows them (base64 SubjectPublicKeyInfo). While a key is rotated,
    /// list both. Without any, no event is accepted, and only the nightly pull brings in what people did at SendGrid.
    /// </summary>
    public IList<string> EventPublicKeys { get; init; } = [];

    /// <summary>
    /// The public keys of the Inbound Parse security policy that signs mail sent to <c>OptOut:Links:MailtoHost</c>, as SendGrid returns
    /// them (base64 SubjectPublicKeyInfo). While a policy is changed, list both. Without any, mail is answered 503, so SendGrid keeps it,
    /// for at most three days, until there is a key.
    /// </summary>
    public IList<string> InboundPublicKeys { get; init; } = [];

    public SendGridSender From { get; set; } = new();

    /// <summary>The time limit for one call.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for one page of a list: SendGrid may return all group entries as one page.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>The sender of service mail: a verified sender of the account.</summary>
internal sealed class SendGridSender
{
    public string Address { get; set; } = "";

    public string Name { get; set; } = "";
}

internal enum GroupStop
{
    /// <summary>
    /// The default. A person who objects through one channel objects to all marketing, unless both the consolidated and the granular
    /// choice were offered; SendGrid's own link offers one group (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>The group's topic, on all channels. Use it only if every mail of the group offers both choices in its body.</summary>
    Topic,
}
