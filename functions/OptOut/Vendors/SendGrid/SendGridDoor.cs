using Azure;
using Microsoft.AspNetCore.Http;
using OptOut.Http;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// <c>POST /webhooks/sendgrid/events</c>. SendGrid sends a batch again for a day until it gets a 2xx, so 503 loses nothing.
/// </summary>
public sealed class SendGridDoor(SendGridEventWebhook webhook, SignalIntake intake)
{
    // SendGrid sends a batch when it has 768 KB or 30 seconds' worth; some room above it.
    private const int MaxBytes = 4 * 1024 * 1024;

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await RawBody.ReadAsync(request, MaxBytes, cancellationToken) is not { } body)
            return ApiAnswers.TooLarge(MaxBytes);
        if (!webhook.TryRead(request.Headers[SendGridEventWebhook.SignatureHeader], request.Headers[SendGridEventWebhook.TimestampHeader], body, out var signals))
            return Results.Unauthorized();
        try
        {
            return await intake.RecordAsync("sendgrid", signals, cancellationToken) ? Results.Ok() : ApiAnswers.Later("Not every event could be kept.");
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return ApiAnswers.Later("The store does not answer.");
        }
    }
}
