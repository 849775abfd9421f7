using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform.Http;
using OptOut.Platform.Telemetry;
using OptOut.Replies.Mail;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// <c>POST /webhooks/sendgrid/inbound</c>. SendGrid keeps a mail answered with a 5xx and sends it again, for three days at most; of a 4xx it
/// promises no such thing (https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email). So whatever may work later is
/// answered 503, and a 4xx goes only to what SendGrid did not send.
/// </summary>
internal sealed partial class SendGridInboundWebhook(
    IOptions<SendGridOptions> options, MailtoIntake intake, OptOutMetrics metrics, TimeProvider time, ILogger<SendGridInboundWebhook> logger)
    : IVendorWebhook
{
    // SendGrid takes mails of up to 30 MB, attachments included; some room above it for the form.
    private const int MaxBytes = 32 * 1024 * 1024;

    private readonly SendGridSignature _signature = new(options.Value.InboundPublicKeys);

    public string Path => "sendgrid/inbound";

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!_signature.HasKey)
        {
            LogNoKey();
            return ApiAnswers.RetryLater("No key is configured, so nothing can be believed yet.");
        }

        string? signature = request.Headers[SendGridSignature.SignatureHeader], timestamp = request.Headers[SendGridSignature.TimestampHeader];
        if (!SendGridSignature.CouldBe(signature, timestamp))
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

        return await intake.TakeAsync(form.ToMail(Moment(timestamp)), cancellationToken) ? Results.Ok() : ApiAnswers.RetryLater("The mail could not be kept.");
    }

    // When SendGrid signed. A request caught and sent again says the same moment, so it undoes nothing that the person decided since.
    private DateTimeOffset Moment(string? timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : time.GetUtcNow();

    [LoggerMessage(Level = LogLevel.Error, Message = "A mail came in and OptOut:SendGrid:InboundPublicKeys is empty: it waits at SendGrid, three days at most. Give the public key of the Inbound Parse security policy")]
    private partial void LogNoKey();

    [LoggerMessage(Level = LogLevel.Error,
        Message = "A signed mail of {Bytes} bytes is no form or goes beyond a limit: what can be read is "
            + "searched for a link of ours and otherwise passed on. If this repeats, look at the Inbound Parse setting")]
    private partial void LogUnreadable(int bytes);
}
