using Microsoft.Extensions.Options;
using OptOut.Identity;
using SendGrid;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// SendGrid's API, called by SendGrid's own client. The client's retry handler belongs to the HttpClient that it makes for itself; it is
/// given ours instead, so nothing is tried again here.
/// </summary>
internal sealed class SendGridApi(VendorHttp http, IOptions<SendGridOptions> options)
{
    private readonly SendGridOptions _options = options.Value;

    public Task<VendorReply> CallAsync(VendorCall call, CancellationToken cancellationToken) => http.CallAsync(call, cancellationToken);

    /// <param name="method">How.</param>
    /// <param name="path">After <c>v3/</c>, with <c>{email}</c> where the address stands.</param>
    /// <param name="scope">What the API key must allow (https://docs.sendgrid.com/api-reference/api-key-permissions).</param>
    /// <param name="who">Whose address; null for nobody's.</param>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="query">With its question mark; never logged.</param>
    public VendorCall Call(Method method, string path, string scope, Identifier? who = null, string? body = null, string query = "")
    {
        var real = who is { } person ? path.Replace("{email}", Uri.EscapeDataString(person.Value), StringComparison.Ordinal) : path;
        return new VendorCall("SendGrid", $"{method} {path}", SendAsync)
        {
            Timeout = _options.Timeout,
            Personal = [_options.ApiKey, .. who is { } one ? VendorReason.Personal(one) : []],
            CredentialSetting = "OptOut:SendGrid:ApiKey",
            UnknownFix = "give a valid one, of the region of OptOut:SendGrid:BaseAddress",
            ForbiddenFix = $"give it the scope {scope}",

            // {"errors":[{"message":"...","field":"..."}]}
            ErrorText = answer =>
                string.Join("; ", VendorField.Parse(answer)?.Items("errors")?.Select(e => e.Text("message")).OfType<string>() ?? []),
        };

        async Task<VendorAnswer> SendAsync(HttpClient client, CancellationToken cancellationToken)
        {
            var clientOptions = new SendGridClientOptions { ApiKey = _options.ApiKey, Host = _options.BaseAddress.AbsoluteUri };
            var sendGrid = new SendGridClient(client, clientOptions);
            var response = await sendGrid.RequestAsync(method, body, urlPath: real + query, cancellationToken: cancellationToken);
            return new VendorAnswer(response.StatusCode, response.Headers, response.Body);
        }
    }
}
