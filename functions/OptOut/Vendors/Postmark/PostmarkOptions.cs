namespace OptOut.Vendors.Postmark;

/// <summary>Setting <c>OptOut:Postmark</c>.</summary>
internal sealed class PostmarkOptions
{
    public const string Section = "OptOut:Postmark";

    /// <summary>A token of the server whose streams send the marketing.</summary>
    public string ServerToken { get; set; } = "";

    /// <summary>The sandbox of OptOut.Local is <c>http://127.0.0.1:PORT/postmark/</c>.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.postmarkapp.com/");

    /// <summary>The message streams that marketing is sent by. Each has a suppression list of its own.</summary>
    public IList<PostmarkStream> Streams { get; init; } = [];

    /// <summary>
    /// Streams whose mail is no marketing (order updates, say): an entry in one is no objection, unless it is a spam complaint. An entry in a
    /// stream named neither here nor in <see cref="Streams"/> stops everything.
    /// </summary>
    public IList<string> ServiceStreams { get; init; } = [];

    /// <summary>What it means that a person left a stream by Postmark's own link.</summary>
    public StreamStop StreamStops { get; set; } = StreamStop.Everything;

    /// <summary>
    /// What a webhook's Basic authentication may be; while one is being changed both stand here. Postmark signs nothing, so without any of
    /// these, or of <see cref="WebhookTokens"/>, no event is believed and the nightly pull alone brings in what people did at Postmark.
    /// </summary>
    public IList<PostmarkCredential> WebhookCredentials { get; init; } = [];

    /// <summary>What the webhook's custom header <see cref="PostmarkWebhookAuthenticator.TokenHeader"/> may hold, instead of Basic authentication.</summary>
    public IList<string> WebhookTokens { get; init; } = [];

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a list may take: Postmark gives one out whole.</summary>
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

internal sealed class PostmarkStream
{
    /// <summary>The stream's id, as in <c>broadcast</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The topic whose mails it sends; none: mails of every topic.</summary>
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
    /// The default. Whoever objects through one channel objects to all marketing, unless the consolidated and the granular choice were both
    /// on offer; Postmark's own link offers one stream (GDPR art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>The stream's topic, on all channels: only where every mail of the stream shows both choices in its body.</summary>
    Topic,
}
