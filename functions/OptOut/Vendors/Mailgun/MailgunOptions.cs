namespace OptOut.Vendors.Mailgun;

/// <summary>Setting <c>OptOut:Mailgun</c>.</summary>
internal sealed class MailgunOptions
{
    public const string Section = "OptOut:Mailgun";

    public string ApiKey { get; set; } = "";

    /// <summary>
    /// Domains of the EU region live at <c>https://api.eu.mailgun.net/</c> (https://documentation.mailgun.com/docs/mailgun/api-reference/api-overview).
    /// The sandbox of OptOut.Local is <c>http://127.0.0.1:PORT/mailgun/</c>.
    /// </summary>
    public Uri BaseAddress { get; set; } = new("https://api.mailgun.net/");

    /// <summary>The domains that marketing is sent from. Each has suppression lists of its own, which block all of its mail: service mail needs another.</summary>
    public IList<string> Domains { get; init; } = [];

    /// <summary>The topics whose mails go out through Mailgun; none given: all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>
    /// The webhook signing keys, as Mailgun shows them under Webhooks. While a key is being changed both stand here. Without any, no event is
    /// believed and the nightly pull alone brings in what people did at Mailgun.
    /// </summary>
    public IList<string> SigningKeys { get; init; } = [];

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one page of a list may take.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
