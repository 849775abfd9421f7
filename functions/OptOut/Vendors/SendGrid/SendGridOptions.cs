namespace OptOut.Vendors.SendGrid;

/// <summary>Setting <c>OptOut:SendGrid</c>.</summary>
internal sealed class SendGridOptions
{
    public const string Section = "OptOut:SendGrid";

    /// <summary>Needs the scopes <c>asm.*</c>, <c>suppression.*</c> and <c>mail.send</c>.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// <c>https://api.sendgrid.com</c>; an EU regional subuser's mail and lists live at <c>https://api.eu.sendgrid.com</c>.
    /// The sandbox of OptOut.Local is <c>http://127.0.0.1:PORT</c>.
    /// </summary>
    public Uri BaseAddress { get; set; } = new("https://api.sendgrid.com");

    /// <summary>For every topic of the catalogue, the id of the unsubscribe group that its mails are sent with.</summary>
    public IDictionary<string, int> Groups { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// Groups of the account whose mail is no marketing (order updates, say): an entry in one is no objection. An entry in a group
    /// named neither here nor in <see cref="Groups"/> stops everything.
    /// </summary>
    public IList<int> ServiceGroups { get; init; } = [];

    /// <summary>What it means that a person left a group by SendGrid's own link or page.</summary>
    public GroupStop GroupStops { get; set; } = GroupStop.Everything;

    /// <summary>
    /// The verification keys of the signed event webhook, as SendGrid shows them (base64 SubjectPublicKeyInfo). While a key is being
    /// changed both stand here. Without any, no event is believed and the nightly pull alone brings in what people did at SendGrid.
    /// </summary>
    public IList<string> EventPublicKeys { get; init; } = [];

    /// <summary>
    /// The public keys of the Inbound Parse security policy that signs the mails sent to <c>OptOut:Links:MailtoHost</c>, as SendGrid gives them
    /// (base64 SubjectPublicKeyInfo). While a policy is being changed both stand here. Without any, mails are answered 503, so that they wait at
    /// SendGrid, three days at most, until there is one.
    /// </summary>
    public IList<string> InboundPublicKeys { get; init; } = [];

    public SendGridSender From { get; set; } = new();

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one page of a list may take: SendGrid may give out all group entries as one page.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>Who service mails come from: a verified sender of the account.</summary>
internal sealed class SendGridSender
{
    public string Address { get; set; } = "";

    public string Name { get; set; } = "";
}

internal enum GroupStop
{
    /// <summary>
    /// The default. Whoever objects through one channel objects to all marketing, unless the consolidated and the granular choice
    /// were both on offer; SendGrid's own link offers one group (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>The group's topic, on all channels: only where every mail of the group shows both choices in its body.</summary>
    Topic,
}
