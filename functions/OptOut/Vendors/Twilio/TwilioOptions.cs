namespace OptOut.Vendors.Twilio;

/// <summary>Setting <c>OptOut:Twilio</c>; Twilio is not used without it.</summary>
internal sealed class TwilioOptions
{
    public const string Section = "OptOut:Twilio";

    /// <summary><c>AC</c> and 32 hexadecimal digits.</summary>
    public string AccountSid { get; set; } = "";

    /// <summary>
    /// The account's auth tokens, the primary one first. A webhook may be signed with any of them, so while a token is rotated, list
    /// both. The first is also used for the API if there is no <see cref="ApiKeySid"/>.
    /// </summary>
    public IList<string> AuthTokens { get; init; } = [];

    /// <summary>
    /// A separate API key, <c>SK</c> and 32 hexadecimal digits. It is safer than the auth token, which gives access to the whole account.
    /// </summary>
    public string ApiKeySid { get; set; } = "";

    public string ApiKeySecret { get; set; } = "";

    /// <summary>
    /// The senders of marketing SMS: Messaging Service SIDs (<c>MG...</c>) and phone numbers in E.164. A Stop is set on each, because
    /// Twilio has a separate list for each (https://www.twilio.com/docs/messaging/features/consent-api).
    /// </summary>
    public IList<string> Senders { get; init; } = [];

    /// <summary>The topics that are sent by SMS; empty means all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>What a STOP by SMS stops.</summary>
    public SmsStop ReplyStops { get; set; } = SmsStop.Everything;

    /// <summary>
    /// Whether Twilio itself answers its own English keywords. It does unless its support has turned that off for the account
    /// (https://help.twilio.com/articles/223134027); while it does, nobody else may answer them as well.
    /// </summary>
    public bool AnswersKeywords { get; set; } = true;

    /// <summary>
    /// The address that Twilio calls, up to <c>/webhooks</c>, exactly as configured at Twilio, because it is signed. Empty:
    /// <c>OptOut:Links:BaseUrl</c>.
    /// </summary>
    public Uri? WebhookBaseUrl { get; set; }

    /// <summary>The API's address: <c>https://accounts.twilio.com/</c>, or the sandbox of OptOut.Local.</summary>
    public Uri BaseAddress { get; set; } = new("https://accounts.twilio.com/");

    /// <summary>The time limit for one call. Twilio itself gives up after three seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The name and secret for the API's Basic authentication (https://www.twilio.com/docs/iam/api/authentication), and the setting that
    /// the secret comes from.
    /// </summary>
    public (string Name, string Secret, string Setting) Credential =>
        !string.IsNullOrEmpty(ApiKeySid)
            ? (ApiKeySid, ApiKeySecret, $"{Section}:ApiKeySecret")
            : (AccountSid, AuthTokens[0], $"{Section}:AuthTokens:0");
}

internal enum SmsStop
{
    /// <summary>
    /// The default: one opt-out stops all marketing, unless the person was offered both the consolidated and the granular choice (GDPR
    /// art. 21(2)-(3)).
    /// </summary>
    Everything,

    /// <summary>SMS only. Use it only if every marketing SMS offers both choices.</summary>
    Sms,
}
