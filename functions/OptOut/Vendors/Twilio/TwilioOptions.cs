namespace OptOut.Vendors.Twilio;

/// <summary>Setting <c>OptOut:Twilio</c>; without it there is no Twilio.</summary>
internal sealed class TwilioOptions
{
    public const string Section = "OptOut:Twilio";

    /// <summary><c>AC</c> and 32 hexadecimal digits.</summary>
    public string AccountSid { get; set; } = "";

    /// <summary>
    /// The account's auth tokens, the primary one first. Webhooks signed with any of them are believed, so while a token rotates both stand here.
    /// The first also opens the API where there is no <see cref="ApiKeySid"/>.
    /// </summary>
    public IList<string> AuthTokens { get; init; } = [];

    /// <summary>A key of its own for the API, <c>SK</c> and 32 hexadecimal digits: better than the auth token, which opens the whole account.</summary>
    public string ApiKeySid { get; set; } = "";

    public string ApiKeySecret { get; set; } = "";

    /// <summary>
    /// Whoever marketing SMSs come from: Messaging Service SIDs (<c>MG...</c>) and phone numbers in E.164. A Stop is put on each, because Twilio keeps
    /// a list for each (https://www.twilio.com/docs/messaging/features/consent-api).
    /// </summary>
    public IList<string> Senders { get; init; } = [];

    /// <summary>The topics that are sent by SMS; empty means all.</summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>What a STOP by SMS stops.</summary>
    public SmsStop ReplyStops { get; set; } = SmsStop.Everything;

    /// <summary>
    /// Whether Twilio itself answers its own English keywords. It does unless support has turned that off for the account
    /// (https://help.twilio.com/articles/223134027), and then nobody else may answer them too.
    /// </summary>
    public bool AnswersKeywords { get; set; } = true;

    /// <summary>The address that Twilio calls, up to <c>/webhooks</c>, as it is typed in there: it is signed. Empty: <c>OptOut:Links:BaseUrl</c>.</summary>
    public Uri? WebhookBaseUrl { get; set; }

    /// <summary><c>https://accounts.twilio.com/</c>, or the sandbox of OptOut.Local.</summary>
    public Uri BaseAddress { get; set; } = new("https://accounts.twilio.com/");

    /// <summary>How long one call may take. Twilio gives up after three seconds by itself.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Name and secret of the API's Basic authentication (https://www.twilio.com/docs/iam/api/authentication), and where they stand.</summary>
    public (string Name, string Secret, string Setting) Credential =>
        !string.IsNullOrEmpty(ApiKeySid) ? (ApiKeySid, ApiKeySecret, $"{Section}:ApiKeySecret") : (AccountSid, AuthTokens[0], $"{Section}:AuthTokens:0");
}

internal enum SmsStop
{
    /// <summary>The default: one opt-out stops all marketing, unless the person was offered both the consolidated and the granular choice (GDPR art. 21(2)-(3)).</summary>
    Everything,

    /// <summary>SMS alone: only where every marketing SMS offers both choices.</summary>
    Sms,
}
