using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OptOut.Platform.Http;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// <c>POST /webhooks/amazon-ses/events</c>: what SNS delivers of the topics in <c>OptOut:AmazonSes:SnsTopics</c>. SNS tries again after a 5xx and
/// gives up after a 4xx (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html), so what cannot be told yet is a 503.
/// </summary>
internal sealed partial class AmazonSesWebhook(SnsAuthenticator trust, AmazonSesEvents events, SignalIntake intake, ILogger<AmazonSesWebhook> logger)
    : SignalWebhook("amazon-ses/events", AmazonSesPull.Vendor, MaxBytes, intake), IVendorWebhook
{
    // What a topic takes, https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html, twice: it comes as text within JSON.
    private const int MaxBytes = 512 * 1024;

    async Task<IResult> IVendorWebhook.PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(request, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return ApiAnswers.RetryLater("SNS does not answer."); // VendorHttp has written down why.
        }
    }

    // The signature stands in the body, so the JSON is taken apart first; nothing of it is used before it is believed.
    protected override async ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (SnsMessage.Read(body) is not { } message || !await trust.IsAuthenticAsync(message, cancellationToken))
            return null;
        switch (message.Type)
        {
            case "Notification":
                return events.Read(message.MessageId, message.Message);
            case "SubscriptionConfirmation" when await trust.ConfirmAsync(message, cancellationToken):
                LogConfirmed(message.TopicArn);
                return new VendorSignals { Ignored = 1 };
            case "UnsubscribeConfirmation":
                LogUnsubscribed(message.TopicArn);
                return new VendorSignals { Ignored = 1 };
            default:
                return new VendorSignals { Unreadable = 1 };
        }
    }

    [LoggerMessage(LogLevel.Information, "The SNS topic {Topic} delivers to us from now on")]
    private partial void LogConfirmed(string topic);

    [LoggerMessage(LogLevel.Error, "Somebody ended our subscription of the SNS topic {Topic}: what people do at Amazon SES comes in by the nightly comparison alone until it is subscribed again")]
    private partial void LogUnsubscribed(string topic);
}
