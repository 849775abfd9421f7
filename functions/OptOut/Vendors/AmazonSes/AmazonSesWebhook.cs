using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OptOut.Platform.Http;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// <c>POST /webhooks/amazon-ses/events</c>: messages that SNS delivers for the topics in <c>OptOut:AmazonSes:SnsTopics</c>. SNS retries
/// after a 5xx and gives up after a 4xx (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html), so a message that
/// cannot be verified yet is answered 503.
/// </summary>
internal sealed partial class AmazonSesWebhook(
    SnsAuthenticator authenticator, AmazonSesEvents events, SignalIntake intake, ILogger<AmazonSesWebhook> logger)
    : SignalWebhook("amazon-ses/events", AmazonSesPull.Vendor, MaxBytes, intake), IVendorWebhook
{
    // Twice the maximum size of a message (https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html), because it arrives as
    // text within JSON.
    private const int MaxBytes = 512 * 1024;

    async Task<IResult> IVendorWebhook.PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await PostAsync(request, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return ApiProblems.RetryLater("SNS does not answer."); // VendorHttp has logged why.
        }
    }

    // The signature is in the body, so the JSON is parsed first; nothing in it is used before the signature is verified.
    protected override async ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (SnsMessage.Read(body) is not { } message || !await authenticator.IsAuthenticAsync(message, cancellationToken))
            return null;
        switch (message.Type)
        {
            case "Notification":
                return events.Read(message.MessageId, message.Message);
            case "SubscriptionConfirmation" when await authenticator.ConfirmAsync(message, cancellationToken):
                LogConfirmed(message.TopicArn);
                return new VendorSignals { Ignored = 1 };
            case "UnsubscribeConfirmation":
                LogUnsubscribed(message.TopicArn);
                return new VendorSignals { Ignored = 1 };
            default:
                return new VendorSignals { Unreadable = 1 };
        }
    }

    [LoggerMessage(LogLevel.Information, "The SNS topic {Topic} now delivers to us")]
    private partial void LogConfirmed(string topic);

    [LoggerMessage(LogLevel.Error, "Somebody ended our subscription of the SNS topic {Topic}: until it is renewed, only "
        + "the nightly comparison brings in what people do at Amazon SES")]
    private partial void LogUnsubscribed(string topic);
}
