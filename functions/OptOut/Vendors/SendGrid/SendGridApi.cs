using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform;
using OptOut.Telemetry;
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

    private readonly SendGridOptions _options = options.Value;

    public Task<SendGridReply> CallAsync(SendGridCall call, CancellationToken cancellationToken) =>
        CallAsync(call, _options.Timeout, cancellationToken);

    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of ours is an outcome.</exception>
    public async Task<SendGridReply> CallAsync(SendGridCall call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var either = time.Limit(timeout, cancellationToken);
        var started = time.GetTimestamp();
        using var span = OptOutTrace.Call("SendGrid", call.Operation);
        try
        {
            using var http = clients.CreateClient(ClientName);
            var sendGrid = new SendGridClient(http, new SendGridClientOptions { ApiKey = _options.ApiKey, Host = _options.BaseAddress.AbsoluteUri });
            var response = await sendGrid.RequestAsync(call.Method, call.Body, urlPath: call.Path, cancellationToken: either.Token);
            using var content = response.Body;
            var body = await content.ReadAsByteArrayAsync(either.Token);
            span.Answered((int)response.StatusCode);
            LogAnswered(logger, (int)response.StatusCode, call.Operation, time.GetElapsedTime(started).TotalMilliseconds);
            return Of(call).Judge(response.StatusCode, response.Headers, body, time.GetUtcNow()) is { } failure ? SendGridReply.Failed(failure) : new SendGridReply(response.StatusCode, body, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            span.Answered(null, "timeout");
            LogUnanswered(logger, call.Operation, "timeout");
            return SendGridReply.Failed(call.NotWithin(timeout));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = VendorHttp.Fault(e);
            span.Answered(null, fault);
            LogUnanswered(logger, call.Operation, fault);
            return SendGridReply.Failed(call.Unreachable(fault));
        }
    }

    private SendGridCall Of(SendGridCall call) => call with
    {
        Personal = [_options.ApiKey, .. call.Personal],
        CredentialSetting = "OptOut:SendGrid:ApiKey",
        UnknownMend = "give a valid one, of the region of OptOut:SendGrid:BaseAddress",
        ForbiddenMend = $"give it the scope {call.Scope}",
        ErrorText = SendGridReason.From,
    };

    [LoggerMessage(LogLevel.Debug, "SendGrid answered {Status} to {Operation} in {Milliseconds:F0} ms")]
    private static partial void LogAnswered(ILogger logger, int status, string operation, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "SendGrid gave no answer to {Operation}: {Fault}")]
    private static partial void LogUnanswered(ILogger logger, string operation, string fault);
}
