using Microsoft.Extensions.Options;
using OptOut.Identity;
using SendGrid;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Calls SendGrid's API through SendGrid's own client. The client's retry handler is part of the HttpClient that it creates itself; here
/// it is given ours instead, so nothing is retried here.
/// </summary>
internal sealed class SendGridApi(VendorHttp http, IOptions<SendGridOptions> options)
{
    private readonly SendGridOptions _options = options.Value;

    public Task<VendorReply> CallAsync(VendorCall call, CancellationToken cancellationToken) => http.CallAsync(call, cancellationToken);

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path after <c>v3/</c>, with <c>{email}</c> in place of the address.</param>
    /// <param name="scope">The scope that the API key needs (https://docs.sendgrid.com/api-reference/api-key-permissions).</param>
    /// <param name="who">The address in the path; null when there is none.</param>
    /// <param name="body">The JSON body; null for none.</param>
    /// <param name="query">The query, with its question mark. It is never logged.</param>
    public VendorCall Call(Method method, string path, string scope, Identifier? who = null, string? body = null, string query = "")
    {
        var actualPath = who is { } person ? path.Replace("{email}", Uri.EscapeDataString(person.Value), StringComparison.Ordinal) : path;
        return new VendorCall("SendGrid", $"{method} {path}", SendAsync)
        {
            Timeout = _options.Timeout,
            SensitiveValues = [_options.ApiKey, .. who is { } one ? VendorReason.FormsOf(one) : []],
            CredentialSetting = "OptOut:SendGrid:ApiKey",
            UnauthorizedFix = "give a valid one, of the region of OptOut:SendGrid:BaseAddress",
            ForbiddenFix = $"give it the scope {scope}",

            // {"errors":[{"message":"...","field":"..."}]}
            ErrorText = answer =>
                string.Join("; ", VendorField.Parse(answer)?.Items("errors")?.Select(e => e.Text("message")).OfType<string>() ?? []),
        };

        async Task<VendorResponse> SendAsync(HttpClient client, CancellationToken cancellationToken)
        {
            var clientOptions = new SendGridClientOptions { ApiKey = _options.ApiKey, Host = _options.BaseAddress.AbsoluteUri };
            var sendGrid = new SendGridClient(client, clientOptions);
            var response = await sendGrid.RequestAsync(method, body, urlPath: actualPath + query, cancellationToken: cancellationToken);
            return new VendorResponse(response.StatusCode, response.Headers, response.Body);
        }
    }
}
