using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <summary>
/// Emulates SES of an AWS account in one region, with a contact list, the account's suppression list, and the SNS topic for its events.
/// </summary>
internal sealed class AmazonSesSandbox : SandboxVendor
{
    public const string Region = "eu-west-1", ContactList = "marketing", AccessKeyId = "AKIDSANDBOX", SecretAccessKey =
        "ses-sandbox-secret";

    private readonly SandboxStore<AmazonSesState> _book;
    private readonly SandboxSetup _setup;
    private readonly AmazonSesEndpoints _endpoints;
    private readonly HttpClient _http = new();
    private Uri _sns = new("http://127.0.0.1/amazon-ses/sns/");
    private string? _token;

    public AmazonSesSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _book = new SandboxStore<AmazonSesState>(setup.Folder, Name, AmazonSesStateJson.Default.AmazonSesState);
        Sns = new SnsSender(setup.Time);
        _endpoints = new AmazonSesEndpoints(this);
    }

    public override string Name => "amazon-ses";

    public SnsSender Sns { get; }

    /// <summary>Whether our endpoint confirmed its subscription.</summary>
    public bool IsSubscribed { get; private set; }

    /// <summary>The mails that were accepted, as they were posted.</summary>
    public ConcurrentQueue<JsonObject> Mails { get; } = new();

    public DateTimeOffset Now => _setup.Time.GetUtcNow();

    public IReadOnlyList<AmazonSesContact> Contacts => _book.Read(s => s.Contacts.OrderBy(c => c.Email, StringComparer.Ordinal).ToArray());

    public IReadOnlyList<AmazonSesSuppression> Suppressions =>
        _book.Read(s => s.Suppressions.OrderBy(c => c.Email, StringComparer.Ordinal).ToArray());

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox)
    {
        _sns = new Uri(sandbox, "/amazon-ses/sns/");
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OptOut:AmazonSes:Region"] = Region,
            ["OptOut:AmazonSes:AccessKeyId"] = AccessKeyId,
            ["OptOut:AmazonSes:SecretAccessKey"] = SecretAccessKey,
            ["OptOut:AmazonSes:BaseAddress"] = new Uri(sandbox, "/amazon-ses/").ToString(),
            ["OptOut:AmazonSes:ContactList"] = ContactList,
            ["OptOut:AmazonSes:SnsTopics:0"] = SnsSender.Topic,
            ["OptOut:AmazonSes:SnsSandbox"] = _sns.ToString(),
        };
    }

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => _endpoints.TryAnswerAsync(context, path);

    public override Task WriteErrorAsync(HttpContext context, int status, string message) =>
        AmazonSesEndpoints.ErrorAsync(context, status, status == 429 ? "TooManyRequestsException" : "BadRequestException", message);

    public AmazonSesContact? Find(string email) => Contacts.FirstOrDefault(c => c.Email.Equals(email, StringComparison.OrdinalIgnoreCase));

    public void Put(AmazonSesContact contact) => _book.Change(s =>
    {
        s.Contacts.RemoveAll(c => c.Email.Equals(contact.Email, StringComparison.OrdinalIgnoreCase));
        s.Contacts.Add(contact);
        return true;
    });

    public void Suppress(AmazonSesSuppression suppression) => _book.Change(s =>
    {
        s.Suppressions.RemoveAll(c => c.Email.Equals(suppression.Email, StringComparison.OrdinalIgnoreCase));
        s.Suppressions.Add(suppression);
        return true;
    });

    public bool Lift(string email) =>
        _book.Change(s => s.Suppressions.RemoveAll(c => c.Email.Equals(email, StringComparison.OrdinalIgnoreCase)) > 0);

    /// <summary>
    /// Simulates an unsubscribe, a complaint or a bounce at SES. Without the event it is drift, which only the nightly pull finds.
    /// </summary>
    /// <param name="kind">subscription (left everything), topic (left one topic of the list), complaint or bounce.</param>
    /// <returns>The status with which the receiver answered the event; null if none was sent.</returns>
    public async Task<int?> ActAsync(
        string email, string kind = "subscription", bool sendEvent = true, CancellationToken cancellationToken = default)
    {
        if (kind is "subscription" or "topic")
        {
            Put((Find(email) ?? new AmazonSesContact(email, false, [], null, Now)) with
            {
                UnsubscribeAll = kind == "subscription",
                OptedOut = kind == "topic" ? ["news"] : [],
                UpdatedAt = Now,
            });
        }
        else
        {
            Suppress(new AmazonSesSuppression(email, kind == "bounce" ? "BOUNCE" : "COMPLAINT", Now));
        }

        return sendEvent ? await PostAsync(Notification(Event(email, kind)), cancellationToken) : null;
    }

    /// <summary>Creates an event: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html.</summary>
    public JsonObject Event(string email, string kind)
    {
        var at = Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var record = new JsonObject
        {
            ["eventType"] = kind switch { "complaint" => "Complaint", "bounce" => "Bounce", _ => "Subscription" },
            ["mail"] = new JsonObject
            {
                ["timestamp"] = at,
                ["messageId"] = Guid.CreateVersion7(Now).ToString("D"),
                ["destination"] = new JsonArray(email),
            },
        };
        switch (kind)
        {
            case "complaint":
                record["complaint"] = new JsonObject
                {
                    ["complainedRecipients"] = Recipients(),
                    ["timestamp"] = at,
                    ["feedbackId"] = Guid.CreateVersion7(Now).ToString("D"),
                    ["complaintFeedbackType"] = "abuse",
                };
                break;
            case "bounce":
                record["bounce"] = new JsonObject
                {
                    ["bounceType"] = "Permanent",
                    ["bounceSubType"] = "General",
                    ["bouncedRecipients"] = Recipients(),
                    ["timestamp"] = at,
                    ["feedbackId"] = Guid.CreateVersion7(Now).ToString("D"),
                };
                break;
            default:
                record["subscription"] = new JsonObject
                {
                    ["contactList"] = ContactList,
                    ["timestamp"] = at,
                    ["source"] = "UnsubscribeHeader",
                    ["newTopicPreferences"] = Preferences(kind == "subscription", "OptOut"),
                    ["oldTopicPreferences"] = Preferences(false, "OptIn"),
                };
                break;
        }

        return record;

        JsonArray Recipients() => [new JsonObject { ["emailAddress"] = email }];

        static JsonObject Preferences(bool all, string news) => new()
        {
            ["unsubscribeAll"] = all,
            ["topicSubscriptionStatus"] = new JsonArray(new JsonObject { ["topicName"] = "news", ["subscriptionStatus"] = news }),
        };
    }

    public JsonObject Notification(JsonNode record, string version = "1", string topic = SnsSender.Topic) =>
        Sns.Sign(_sns, record.ToJsonString(), version: version, topic: topic);

    /// <summary>Asks our endpoint to confirm a subscription to the topic, as SNS does for a new subscription.</summary>
    public Task<int?> SubscribeAsync(CancellationToken cancellationToken) => PostAsync(Confirmation(), cancellationToken);

    public JsonObject Confirmation()
    {
        _token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        return Sns.Sign(_sns, $"You have chosen to subscribe to the topic {SnsSender.Topic}.", "SubscriptionConfirmation", token: _token);
    }

    /// <returns>Whether the token is that of the last confirmation.</returns>
    public bool Confirm(string token) => _token is not null && token == _token && (IsSubscribed = true);

    /// <returns>The status of the answer; null if there is no functions host to post to.</returns>
    public async Task<int?> PostAsync(JsonNode message, CancellationToken cancellationToken)
    {
        if (_setup.Webhook("amazon-ses/events") is not { } target)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new StringContent(message.ToJsonString(), Encoding.UTF8, "text/plain"),
        };
        request.Headers.Add(
            "x-amz-sns-message-type", message is JsonObject known && known["Type"] is JsonValue type ? type.ToString() : "Notification");
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    // unsubscribe takes {"email":"a@example.com","kind":"subscription|topic|complaint|bounce","event":true}; subscribe takes no body
    public override async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        switch (context.Request.Method, control)
        {
            case ("POST", "subscribe"):
                await SandboxJson.WriteAsync(
                    context,
                    200,
                    new JsonObject { ["eventStatus"] = await SubscribeAsync(context.RequestAborted), ["subscribed"] = IsSubscribed });
                return true;
            case ("POST", "unsubscribe"):
                break;
            default:
                return false;
        }

        var body = await SandboxJson.ReadAsync(context);
        var kind = Field("kind") ?? "subscription";
        if (Field("email") is not { Length: > 0 } email || kind is not ("subscription" or "topic" or "complaint" or "bounce"))
        {
            await SandboxJson.ErrorAsync(context, 400, "give an email, and a kind of subscription, topic, complaint or bounce");
            return true;
        }

        var sendEvent = body?["event"] is not JsonValue flag || !flag.TryGetValue(out bool sent) || sent;
        await SandboxJson.WriteAsync(
            context, 200, new JsonObject { ["eventStatus"] = await ActAsync(email, kind, sendEvent, context.RequestAborted) });
        return true;

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    public override JsonNode Describe() => new JsonObject
    {
        ["contacts"] = new JsonArray([.. Contacts.Select(c => new JsonObject
        {
            ["email"] = c.Email,
            ["unsubscribeAll"] = c.UnsubscribeAll,
            ["optedOut"] = string.Join(", ", c.OptedOut),
            ["updated"] = c.UpdatedAt,
        })]),
        ["accountSuppressions"] = new JsonArray(
            [.. Suppressions.Select(s => new JsonObject { ["email"] = s.Email, ["reason"] = s.Reason, ["updated"] = s.UpdatedAt })]),
        ["requests"] = new JsonArray([.. Requests.All.Select(r => JsonValue.Create(r))]),
    };

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        Sns.Dispose();
        await _book.DisposeAsync();
        await base.DisposeAsync();
    }
}
