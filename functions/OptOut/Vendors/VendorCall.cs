using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using OptOut.Messaging;

namespace OptOut.Vendors;

/// <summary>
/// One call of a vendor's API, made once: how it is sent, what may be told about it, and what each answer to it means. The rules are the
/// same for every vendor.
/// </summary>
/// <param name="Vendor">As people know it: <c>SendGrid</c>.</param>
/// <param name="Operation">The method and the path as documented, with <c>{email}</c> and the like for what is personal: for logs and reasons.</param>
/// <param name="Send">Sends it through the client it is given.</param>
internal sealed record VendorCall(string Vendor, string Operation, Func<HttpClient, CancellationToken, Task<VendorAnswer>> Send)
{
    // A wrong clock on either side must not park a Stop for hours: the retry policy's own pace is the upper bound that counts.
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <param name="vendor">As people know it.</param>
    /// <param name="operation">For logs and reasons.</param>
    /// <param name="request">Disposed of once it is sent.</param>
    public VendorCall(string vendor, string operation, HttpRequestMessage request)
        : this(vendor, operation, (http, cancellationToken) => SendAsync(http, request, cancellationToken))
    {
    }

    /// <summary>For the whole answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Whether success has a JSON body. Anything else in its place is no success: something in between answered.</summary>
    public bool Json { get; init; }

    /// <summary>
    /// The statuses documented for success. Any other, 2xx too, is none: a proxy in between that says 200 with a page of its own must
    /// not confirm a Stop.
    /// </summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [HttpStatusCode.OK];

    /// <summary>Whether a 404 is what was wanted: a removal of what is not there.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>What of the call is personal or secret, so that it can be cut out of an error text.</summary>
    public IReadOnlyList<string> Personal { get; init; } = [];

    /// <summary>The setting that holds the key or token the call is made with.</summary>
    public string CredentialSetting { get; init; } = "";

    /// <summary>What to do where the vendor does not know the credential (401).</summary>
    public string UnknownFix { get; init; } = "give a valid one";

    /// <summary>What to do where the credential may not do this (403).</summary>
    public string ForbiddenFix { get; init; } = "give it the permission";

    /// <summary>The vendor's own words in the body of an error; empty when there are none. Cleaned by the caller.</summary>
    public Func<byte[], string> ErrorText { get; init; } = _ => "";

    /// <returns>Null for success; else what the answer means.</returns>
    public VendorOutcome? Judge(HttpStatusCode status, HttpResponseHeaders headers, byte[] body, DateTimeOffset now)
    {
        var code = (int)status;
        if (Expected.Contains(status) || (code == 404 && MayBeAbsent))
            return null;

        var text = VendorReason.Clean(ErrorText(body), Personal);
        var said = text.Length == 0 ? "" : $" {Vendor} says: {text}";
        return code switch
        {
            429 => new VendorOutcome.Transient(RetryAfter(headers, now), $"{Vendor} has had too many calls of {Operation} (429)."),
            < 400 => new VendorOutcome.Transient(null, $"Something answered {Operation} with {code}, where {Vendor} says {string.Join(" or ", Expected.Select(e => (int)e))}."),
            408 or >= 500 => new VendorOutcome.Transient(RetryAfter(headers, now), $"{Vendor} answered {Operation} with {code}."),
            401 => new VendorOutcome.Rejected($"{Vendor} does not know the key in {CredentialSetting} ({Operation}, 401); {UnknownFix}.{said}"),
            403 => new VendorOutcome.Rejected($"The key in {CredentialSetting} may not do this ({Operation}, 403); {ForbiddenFix}.{said}"),
            _ => new VendorOutcome.Rejected($"{Vendor} answered {Operation} with {code}.{said}"),
        };
    }

    public VendorOutcome TooLate() => new VendorOutcome.Transient(
        null, string.Create(CultureInfo.InvariantCulture, $"{Vendor} did not answer {Operation} within {Timeout.TotalSeconds} s."));

    /// <param name="fault">The kind of fault alone: an exception's message may hold the request's URL.</param>
    public VendorOutcome Unreachable(string fault) => new VendorOutcome.Transient(null, $"{Vendor} could not be reached for {Operation}: {fault}.");

    /// <summary>Half a body, or something in between that answers with a page of its own: both pass.</summary>
    public VendorOutcome Unreadable() => new VendorOutcome.Transient(null, $"{Vendor}'s answer to {Operation} could not be read.");

    // Records print their members, and some of these are personal.
    public override string ToString() => Operation;

    private static async Task<VendorAnswer> SendAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            var response = await http.SendAsync(request, cancellationToken);
            return new VendorAnswer(response.StatusCode, response.Headers, response.Content);
        }
    }

    // X-RateLimit-Reset is a moment in unix seconds: https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
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

/// <summary>What came back; its reader disposes of the content.</summary>
internal readonly record struct VendorAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContent Content);
