namespace OptOut.Vendors.AmazonSes;

/// <summary>Setting <c>OptOut:AmazonSes</c>.</summary>
internal sealed class AmazonSesOptions
{
    public const string Section = "OptOut:AmazonSes";

    /// <summary>The region that mail is sent from: <c>eu-west-1</c>. Its lists are its own.</summary>
    public string Region { get; set; } = "";

    /// <summary>A key of an IAM user who may do what README.md of this folder names.</summary>
    public string AccessKeyId { get; set; } = "";

    public string SecretAccessKey { get; set; } = "";

    /// <summary>
    /// The region's address where it is not <c>https://email.REGION.amazonaws.com/</c>. The sandbox of OptOut.Local is
    /// <c>http://127.0.0.1:PORT/amazon-ses/</c>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The contact list that marketing is sent with (ListManagementOptions): a mail sent without it looks at nobody's opt-out.</summary>
    public string ContactList { get; set; } = "";

    /// <summary>The topics of the catalogue whose mails go out through SES; none given: all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>What it means that a contact on the list is opted out of one of the list's own topics.</summary>
    public ListTopicOptOut ListTopicOptOuts { get; set; } = ListTopicOptOut.Everything;

    /// <summary>
    /// The ARNs of the SNS topics that SES publishes its events to. Without any, no event is believed and the nightly pull alone brings in what
    /// people did at SES.
    /// </summary>
    public IList<string> SnsTopics { get; init; } = [];

    /// <summary>Where SNS is played on this machine: the loopback alone. Null: Amazon's own hosts, and nothing else.</summary>
    public Uri? SnsSandbox { get; set; }

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one page of a list may take.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public Uri Address => BaseAddress ?? new Uri($"https://email.{Region}.amazonaws.com/");
}

internal enum ListTopicOptOut
{
    /// <summary>
    /// The default: the person objected, and an objection through one channel is one to all marketing (GDPR art. 21(2)-(3)). What a person does
    /// on SES's own page is read so in any case.
    /// </summary>
    Everything,

    /// <summary>Nothing: the controller itself writes the topics of the list, for who subscribed to what.</summary>
    Nothing,
}
