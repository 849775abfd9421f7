namespace OptOut.Vendors.Mailgun;

/// <summary>Setting <c>OptOut:Mailgun</c>.</summary>
internal sealed class MailgunOptions
{
    public const string Section = "OptOut:Mailgun";

    public string ApiKey { get; set; } = "";

    /// <summary>
    /// The API's address. For domains in the EU region it is <c>https://api.eu.mailgun.net/</c>
    /// (https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview). The sandbox of OptOut.Local is
    /// <c>http://127.0.0.1:PORT/mailgun/</c>.
    /// </summary>
    public Uri BaseAddress { get; set; } = new("https://api.mailgun.net/");

    /// <summary>
    /// The domains that marketing is sent from. Each has its own suppression lists, which block all of its mail, so service mail needs
    /// another domain.
    /// </summary>
    public IList<string> Domains { get; init; } = [];

    /// <summary>The topics whose mail is sent through Mailgun; empty means all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>
    /// The webhook signing keys, as Mailgun shows them under Webhooks. While a key is rotated, list both. Without any, no event is
    /// accepted, and only the nightly pull brings in what people did at Mailgun.
    /// </summary>
    public IList<string> SigningKeys { get; init; } = [];

    /// <summary>The time limit for one call.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for one page of a list.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
