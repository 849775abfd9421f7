using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SendGrid;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Makes one call, once, and turns whatever happens into an outcome. The SDK's retry handler belongs to the HttpClient that the SDK
/// makes for itself; it is given ours instead, so nothing is tried again here.
/// </summary>
internal sealed partial class SendGridApi(
    IHttpClientFactory clients, IOptions<SendGridOptions> options, TimeProvider time, ILogger<SendGridApi> logger)
{
    public const string ClientName = "sendgrid";

    // A wrong clock on either side must not park a Stop for hours: the retry policy's own pace is the upper bound that counts.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    private readonly SendGridOptions _options = options.Value;

    public Task<SendGridReply> CallAsync(SendGridCall call, CancellationToken cancellationToken) =>
        CallAsync(call, _options.Timeout, cancellationToken);

    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of ours is an outcome.</exception>
    public async Task<SendGridReply> CallAsync(SendGridCall call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var http = clients.CreateClient(ClientName);
            var sendGrid = new SendGridClient(http, new SendGridClientOptions { ApiKey = _options.ApiKey, Host = _options.BaseAddress.AbsoluteUri });
            var response = await sendGrid.RequestAsync(call.Method, call.Body, urlPath: call.Path, cancellationToken: either.Token);
            using var content = response.Body;
            var body = await content.ReadAsByteArrayAsync(either.Token);
            LogAnswered(logger, (int)response.StatusCode, call.Operation, time.GetElapsedTime(started).TotalMilliseconds);
            return Read(call, response.StatusCode, response.Headers, body);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnanswered(logger, call.Operation, "timeout");
            return SendGridReply.Failed(new VendorOutcome.Transient(null, $"SendGrid did not answer {call.Operation} within {timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s."));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Its message may hold the request's URL, which may hold the address: only the kind of fault goes on.
            var fault = (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name;
            LogUnanswered(logger, call.Operation, fault);
            return SendGridReply.Failed(new VendorOutcome.Transient(null, $"SendGrid could not be reached for {call.Operation}: {fault}."));
        }
    }

    private SendGridReply Read(SendGridCall call, HttpStatusCode status, HttpResponseHeaders headers, byte[] body)
    {
        var code = (int)status;
        if (status == call.Expected || (code == 404 && call.MayBeAbsent))
            return new SendGridReply(status, body, null);

        var text = SendGridReason.From(body, [_options.ApiKey, .. call.Personal]);
        var said = text.Length == 0 ? "" : $" SendGrid says: {text}";
        return SendGridReply.Failed(code switch
        {
            429 => new VendorOutcome.Transient(RetryAfter(headers), $"SendGrid has had too many calls of {call.Operation} (429)."),
            < 400 => new VendorOutcome.Transient(null, $"Something answered {call.Operation} with {code}, where SendGrid says {(int)call.Expected}."),
            408 or >= 500 => new VendorOutcome.Transient(RetryAfter(headers), $"SendGrid answered {call.Operation} with {code}."),
            401 => new VendorOutcome.Rejected($"SendGrid does not know the key in OptOut:SendGrid:ApiKey ({call.Operation}, 401); give a valid one, of the region of OptOut:SendGrid:BaseAddress.{said}"),
            403 => new VendorOutcome.Rejected($"The key in OptOut:SendGrid:ApiKey may not do this ({call.Operation}, 403); give it the scope {call.Scope}.{said}"),
            _ => new VendorOutcome.Rejected($"SendGrid answered {call.Operation} with {code}.{said}"),
        });
    }

    // X-RateLimit-Reset is a moment in unix seconds: https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var now = time.GetUtcNow();
        TimeSpan? wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => null,
        };
        if (headers.TryGetValues("X-RateLimit-Reset", out var resets)
            && long.TryParse(resets.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and < 10_000_000_000)
            wait ??= DateTimeOffset.FromUnixTimeSeconds(seconds) - now;
        return wait is { } w ? TimeSpan.FromTicks(Math.Clamp(w.Ticks, 0, MaxRetryAfter.Ticks)) : null;
    }

    [LoggerMessage(LogLevel.Debug, "SendGrid answered {Status} to {Operation} in {Milliseconds:F0} ms")]
    private static partial void LogAnswered(ILogger logger, int status, string operation, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "SendGrid gave no answer to {Operation}: {Fault}")]
    private static partial void LogUnanswered(ILogger logger, string operation, string fault);
}
