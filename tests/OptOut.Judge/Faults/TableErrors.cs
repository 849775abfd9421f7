using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace OptOut.Judge.Faults;

/// <summary>
/// The errors of Azure Tables, in its own words
/// (https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes). An error of one operation of a batch is a 202 with a
/// part that holds it, and its message begins with the number of the operation.
/// </summary>
internal static partial class TableErrors
{
    /// <summary>Whether Azure could fail this request in this manner.</summary>
    public static bool Applies(Manner manner, HttpRequest request, byte[] body) => manner switch
    {
        Manner.Error409After => FailingOperation(request, body, IsInsert) is not null,
        Manner.Error412Before or Manner.Error412After => FailingOperation(request, body, HasTag) is not null,
        Manner.Error409Before => !HttpMethods.IsGet(request.Method),
        _ => true,
    };

    public static async Task WriteAsync(HttpContext context, byte[] request, Manner manner)
    {
        var (status, code, message, operation) = manner switch
        {
            Manner.Error500Before or Manner.Error500After => (
                500, "InternalError", "Server encountered an internal error. Please try again after some time.", null),
            Manner.Error503Before or Manner.Error503After => (503, "ServerBusy", "The server is busy.", null),
            Manner.Error409Before => (409, "TableBeingDeleted", "The specified table is being deleted.", null),
            Manner.Error409After => (
                409,
                "EntityAlreadyExists",
                "The specified entity already exists.",
                FailingOperation(context.Request, request, IsInsert)),
            Manner.Error412Before or Manner.Error412After => (
                412,
                "UpdateConditionNotSatisfied",
                "The update condition specified in the request was not satisfied.",
                FailingOperation(context.Request, request, HasTag)),
            _ => throw new ArgumentOutOfRangeException(nameof(manner), manner, "No answer of Azure Tables."),
        };
        var id = new Guid(Encoding.ASCII.GetBytes("faults of judge!"));
        var number = IsBatch(context.Request) && operation is not null ? string.Create(CultureInfo.InvariantCulture, $"{operation}:") : "";
        var error = JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["odata.error"] = new
            {
                code,
                message = new { lang = "en-US", value = $"{number}{message}\nRequestId:{id}\nTime:2026-01-01T00:00:00.0000000Z" },
            },
        });
        const string Json = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
        context.Response.Headers["x-ms-request-id"] = id.ToString();
        context.Response.Headers["x-ms-version"] = "2019-02-02";
        if (number.Length == 0)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = Json;
            await context.Response.WriteAsync(error, context.RequestAborted);
            return;
        }

        context.Response.StatusCode = 202;
        context.Response.ContentType = $"multipart/mixed; boundary=batchresponse_{id}";
        await context.Response.WriteAsync(
            string.Join(
                "\r\n",
                $"--batchresponse_{id}",
                $"Content-Type: multipart/mixed; boundary=changesetresponse_{id}",
                "",
                $"--changesetresponse_{id}",
                "Content-Type: application/http",
                "Content-Transfer-Encoding: binary",
                "",
                FormattableString.Invariant($"HTTP/1.1 {status} {(status == 409 ? "Conflict" : "Precondition Failed")}"),
                "X-Content-Type-Options: nosniff",
                "Cache-Control: no-cache",
                "Preference-Applied: return-no-content",
                "DataServiceVersion: 3.0;",
                $"Content-Type: {Json}",
                "",
                error,
                $"--changesetresponse_{id}--",
                $"--batchresponse_{id}--",
                ""),
            context.RequestAborted);
    }

    private static bool IsBatch(HttpRequest request) => request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal);

    // Everything of one operation as text: its method, its headers, its row.
    private static int? FailingOperation(HttpRequest request, byte[] body, Func<string, bool> fails)
    {
        if (!IsBatch(request))
            return fails($"{request.Method} {request.Path} HTTP/1.1\r\nIf-Match: {request.Headers.IfMatch}\r\n") ? 0 : null;
        var text = Encoding.UTF8.GetString(body);
        var starts = Operation().Matches(text);
        for (var i = 0; i < starts.Count; i++)
        {
            if (fails(text[starts[i].Index..(i + 1 < starts.Count ? starts[i + 1].Index : text.Length)]))
                return i;
        }

        return null;
    }

    private static bool IsInsert(string operation) =>
        operation.StartsWith("POST ", StringComparison.Ordinal) && !operation.Contains("/Tables HTTP", StringComparison.Ordinal);

    private static bool HasTag(string operation) => operation.Contains("If-Match: W/", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"^(GET|POST|PUT|PATCH|MERGE|DELETE) \S+ HTTP/1\.1",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Operation();
}
