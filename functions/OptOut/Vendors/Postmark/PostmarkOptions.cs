namespace OptOut.Vendors.Postmark;

/// <summary>Setting <c>OptOut:Postmark</c>.</summary>
internal sealed class PostmarkOptions
{
    public const string Section = "OptOut:Postmark";

    /// <summary>A token of the server whose streams send marketing.</summary>
    public string ServerToken { get; set; } = "";

    /// <summary>The sandbox of OptOut.Local is <c>http://127.0.0.1:PORT/postmark/</c>.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.postmarkapp.com/");

    /// <summary>The message streams that send marketing. Each has its own suppression list.</summary>
    public IList<PostmarkStream> Streams { get; init; } = [];

    /// <summary>
    /// Streams whose mail is not marketing, such as order updates: an entry in one is not an objection, unless it is a spam complaint. An
    /// entry in a stream listed neither here nor in <see cref="Streams"/> stops everything.
    /// </summary>
    public IList<string> ServiceStreams { get; init; } = [];

    /// <summary>
    /// The stream that sends confirmations and other service mail, if Postmark sends them (<c>OptOut:ServiceMail:Vendor</c>): a
    /// transactional one, which no marketing uses.
    /// </summary>
    public string MailStream { get; set; } = "outbound";

    /// <summary>What it means when a person unsubscribes from a stream with Postmark's own link.</summary>
    public StreamStop StreamStops { get; set; } = StreamStop.Everything;

    /// <summary>
    /// The accepted Basic authentication credentials of the webhook. While one is rotated, list both. Postmark signs nothing, so without
    /// any of these, or of <see cref="WebhookTokens"/>, no event is accepted, and only the nightly pull brings in what people did at
    /// Postmark.
    /// </summary>
    public IList<PostmarkCredential> WebhookCredentials { get; init; } = [];

    /// <summary>
    /// The accepted values of the webhook's custom header <see cref="PostmarkWebhookAuthenticator.TokenHeader"/>, instead of Basic
    /// authentication.
    /// </summary>
    public IList<string> WebhookTokens { get; init; } = [];

    /// <summary>The time limit for one call.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time limit for a list, which Postmark returns as a whole.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

internal sealed class PostmarkStream
{
    /// <summary>The stream's id, such as <c>broadcast</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The topic that the stream sends; null if it sends every topic.</summary>
    public string? Topic { get; set; }
}

internal sealed class PostmarkCredential
{
    public string User { get; set; } = "";

    public string Password { get; set; } = "";
}

internal enum StreamStop
{
    /// <summary>
    /// The default. A person who objects through one channel objects to all marketing, unless both the consolidated and the granular
    /// choice were offered; Postmark's own link offers one stream (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>The stream's topic, on all channels. Use it only if every mail of the stream offers both choices in its body.</summary>
    Topic,
}
