namespace OptOut.Vendors.AmazonSes;

/// <summary>Setting <c>OptOut:AmazonSes</c>.</summary>
internal sealed class AmazonSesOptions
{
    public const string Section = "OptOut:AmazonSes";

    /// <summary>The region that mail is sent from, such as <c>eu-west-1</c>. Each region has its own lists.</summary>
    public string Region { get; set; } = "";

    /// <summary>The access key of an IAM user with the permissions listed in README.md in this folder.</summary>
    public string AccessKeyId { get; set; } = "";

    public string SecretAccessKey { get; set; } = "";

    /// <summary>
    /// The API's address, if it is not <c>https://email.REGION.amazonaws.com/</c>. The sandbox of OptOut.Local is
    /// <c>http://127.0.0.1:PORT/amazon-ses/</c>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>
    /// The contact list that marketing is sent with (ListManagementOptions): for mail sent without it, SES ignores all opt-outs.
    /// </summary>
    public string ContactList { get; set; } = "";

    /// <summary>The topics of the catalogue that are sent through SES; empty means all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>What it means when a contact on the list is opted out of one of the list's own topics.</summary>
    public ListTopicOptOut ListTopicOptOuts { get; set; } = ListTopicOptOut.Everything;

    /// <summary>
    /// The ARNs of the SNS topics that SES publishes its events to. Without any, no event is accepted, and only the nightly pull brings
    /// in what people did at SES.
    /// </summary>
    public IList<string> SnsTopics { get; init; } = [];

    /// <summary>The address of an emulated SNS, on the loopback only. Null: only Amazon's own hosts.</summary>
    public Uri? SnsSandbox { get; set; }

    /// <summary>The time limit for one call.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for one page of a list.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public Uri Address => BaseAddress ?? new Uri($"https://email.{Region}.amazonaws.com/");
}

internal enum ListTopicOptOut
{
    /// <summary>
    /// The default: the person objected, and an objection through one channel is an objection to all marketing (GDPR art. 21(2)-(3)). A
    /// choice that a person makes on SES's own page always has this meaning.
    /// </summary>
    Everything,

    /// <summary>Nothing: the controller itself sets the topics of the list, to record who subscribed to what.</summary>
    Nothing,
}
