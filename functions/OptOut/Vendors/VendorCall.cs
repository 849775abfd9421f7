using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using OptOut.Messaging;

namespace OptOut.Vendors;

/// <summary>
/// One call to a vendor's API, made once: how it is sent, what may be disclosed about it, and what each response means. The rules are the
/// same for every vendor.
/// </summary>
/// <param name="Vendor">The vendor's display name: <c>SendGrid</c>.</param>
/// <param name="Operation">
/// The method and the path as documented, with placeholders such as <c>{email}</c> for personal data. For logs and reasons.
/// </param>
/// <param name="Send">Sends the call through the given client.</param>
internal sealed record VendorCall(string Vendor, string Operation, Func<HttpClient, CancellationToken, Task<VendorResponse>> Send)
{
    // A wrong clock on either side must not delay a Stop for hours: the upper bound that matters is that of the retry policy.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <param name="vendor">The vendor's display name.</param>
    /// <param name="operation">The operation, for logs and reasons.</param>
    /// <param name="request">Disposed of once it has been sent.</param>
    public VendorCall(string vendor, string operation, HttpRequestMessage request)
        : this(vendor, operation, (http, cancellationToken) => SendAsync(http, request, cancellationToken))
    {
    }

    /// <summary>The time limit for the whole response.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>
    /// Whether a successful response has a JSON body. Any other body is not a success: something in between, such as a proxy, has
    /// answered.
    /// </summary>
    public bool ExpectsJson { get; init; }

    /// <summary>
    /// The statuses that the vendor documents for success. Any other is not a success, 2xx included: a proxy in between that answers 200
    /// with a page of its own must not confirm a Stop.
    /// </summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [HttpStatusCode.OK];

    /// <summary>Whether a 404 counts as success, as when removing something that is not there.</summary>
    public bool AllowsNotFound { get; init; }

    /// <summary>The personal or secret values in the call, so that they can be removed from an error text.</summary>
    public IReadOnlyList<string> SensitiveValues { get; init; } = [];

    /// <summary>The setting that contains the key or token used for the call.</summary>
    public string CredentialSetting { get; init; } = "";

    /// <summary>What to do when the vendor does not accept the credential (401).</summary>
    public string UnauthorizedFix { get; init; } = "give a valid one";

    /// <summary>What to do when the credential lacks the permission (403).</summary>
    public string ForbiddenFix { get; init; } = "give it the permission";

    /// <summary>
    /// Extracts the vendor's error text from the body of an error; empty when there is none. The result is cleaned by
    /// <see cref="FailureOf"/>.
    /// </summary>
    public Func<byte[], string> ErrorText { get; init; } = _ => "";

    /// <returns>Null for success; otherwise what the response means.</returns>
    public VendorOutcome? FailureOf(HttpStatusCode status, HttpResponseHeaders headers, byte[] body, DateTimeOffset now)
    {
        var code = (int)status;
        if (Expected.Contains(status) || (code == 404 && AllowsNotFound))
            return null;

        var text = VendorReason.Clean(ErrorText(body), SensitiveValues);
        var reported = text.Length == 0 ? "" : $" {Vendor} reported: {text}";
        return code switch
        {
            429 => new VendorOutcome.Transient(RetryAfter(headers, now), $"{Vendor} is rate limiting {Operation} (429)."),
            < 400 => new VendorOutcome.Transient(
                null,
                $"{Operation} was answered with {code}, where {Vendor} answers "
                    + $"{string.Join(" or ", Expected.Select(e => (int)e))}: something in between may have answered."),
            // 409 and 423: another call on the same record was under way (RFC 9110 section 15.5.10, RFC 4918 section 11.3).
            408 or 409 or 423 or 425 or >= 500 =>
                new VendorOutcome.Transient(RetryAfter(headers, now), $"{Vendor} answered {Operation} with {code}."),
            401 => new VendorOutcome.Rejected(
                $"{Vendor} does not accept the key in {CredentialSetting} ({Operation}, 401); {UnauthorizedFix}.{reported}"),
            403 => new VendorOutcome.Rejected(
                $"The key in {CredentialSetting} is not allowed to make this call ({Operation}, 403); {ForbiddenFix}.{reported}"),
            _ => new VendorOutcome.Rejected($"{Vendor} answered {Operation} with {code}.{reported}"),
        };
    }

    public VendorOutcome TimedOut() => new VendorOutcome.Transient(
        null, string.Create(CultureInfo.InvariantCulture, $"{Vendor} did not answer {Operation} within {Timeout.TotalSeconds} s."));

    /// <param name="fault">Only the kind of fault: an exception's message may contain the request's URL.</param>
    public VendorOutcome Unreachable(string fault) =>
        new VendorOutcome.Transient(null, $"{Vendor} could not be reached for {Operation}: {fault}.");

    /// <summary>A truncated body, or a page from something in between. Both are temporary.</summary>
    public VendorOutcome Unreadable() => new VendorOutcome.Transient(null, $"{Vendor}'s answer to {Operation} could not be read.");

    // Records print their members, and some of these contain personal data.
    public override string ToString() => Operation;

    private static async Task<VendorResponse> SendAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            var response = await http.SendAsync(request, cancellationToken);
            return new VendorResponse(response.StatusCode, response.Headers, response.Content);
        }
    }

    // X-RateLimit-Reset is a time in Unix seconds:
    // https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, DateTimeOffset now)
    {
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
}

/// <summary>The response. The reader disposes of the content.</summary>
internal readonly record struct VendorResponse(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContent Content);
