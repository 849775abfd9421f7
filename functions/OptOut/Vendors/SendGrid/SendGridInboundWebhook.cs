using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform.Http;
using OptOut.Platform.Telemetry;
using OptOut.Replies.Mail;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// <c>POST /webhooks/sendgrid/inbound</c>. If SendGrid receives a 5xx, it keeps the mail and retries for at most three days; for a 4xx it
/// makes no such promise (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email). So the webhook answers 503
/// whenever a retry may succeed, and a 4xx only to requests that did not come from SendGrid.
/// </summary>
internal sealed partial class SendGridInboundWebhook(
    IOptions<SendGridOptions> options,
    MailtoIntake intake,
    OptOutMetrics metrics,
    TimeProvider time,
    ILogger<SendGridInboundWebhook> logger)
    : IVendorWebhook
{
    // SendGrid accepts mail of up to 30 MB, attachments included; this leaves some room for the form.
    private const int MaxBytes = 32 * 1024 * 1024;

    private readonly SendGridSignature _signature = new(options.Value.InboundPublicKeys);

    public string Path => "sendgrid/inbound";

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!_signature.HasKey)
        {
            LogNoKey();
            return ApiProblems.RetryLater("No key is configured, so nothing can be verified yet.");
        }

        string? signature = request.Headers[SendGridSignature.SignatureHeader],
            timestamp = request.Headers[SendGridSignature.TimestampHeader];
        if (!SendGridSignature.MayBeSigned(signature, timestamp, time.GetUtcNow()))
            return Results.Unauthorized();
        var (body, problem) = await RawBody.ReadAsync(request, MaxBytes, cancellationToken);
        if (problem is not null)
            return problem;
        if (!_signature.Verify(signature, timestamp, body.Span))
            return Results.Unauthorized();

        var form = SendGridInboundForm.Read(body, request.ContentType);
        if (!form.IsReadable)
        {
            metrics.MailUnreadable();
            LogUnreadable(body.Length);
        }

        return await intake.TakeAsync(form.ToMail(SendGridSignature.SignedAt(timestamp!)), cancellationToken)
            ? Results.Ok()
            : ApiProblems.RetryLater("The mail could not be saved.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail was received, but OptOut:SendGrid:InboundPublicKeys is empty. "
        + "SendGrid keeps the mail for at most three days: set "
        + "the public key of the Inbound Parse security policy")]
    private partial void LogNoKey();

    [LoggerMessage(Level = LogLevel.Error,
        Message = "A signed mail of {Bytes} bytes is not a form or exceeds a limit. Whatever can be read is "
            + "searched for a link of ours, and otherwise the mail is passed on. If this recurs, check the Inbound Parse setting")]
    private partial void LogUnreadable(int bytes);
}
