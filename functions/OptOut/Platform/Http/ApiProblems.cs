using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>The API's error responses: problem details (RFC 9457), each error by field, with the fix.</summary>
internal static class ApiProblems
{
    public static IResult Invalid(string field, string problem) => Invalid([(field, problem)]);

    public static IResult Invalid(IEnumerable<(string Field, string Problem)> errors) => Results.ValidationProblem(
        errors
            .GroupBy(e => e.Field, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(e => e.Problem).ToArray(), StringComparer.Ordinal),
        title: "The request was not accepted. Nothing was changed.");

    /// <param name="detail">What to send, and where to get it.</param>
    public static IResult HeaderRequired(string detail) => Results.Problem(
        detail,
        statusCode: StatusCodes.Status428PreconditionRequired,
        title: "A header is missing. Nothing was changed.",
        type: "https://tools.ietf.org/html/rfc6585#section-3");

    public static IResult TooLarge(int maxBytes) => Results.Problem(
        string.Create(CultureInfo.InvariantCulture, $"The body is larger than {maxBytes} bytes; send it in parts."),
        statusCode: StatusCodes.Status413PayloadTooLarge);

    /// <param name="status">The status that the server gave; null for 400.</param>
    public static IResult Incomplete(int? status) => Results.Problem(
        "The body did not arrive in full; send the request again.", statusCode: status ?? StatusCodes.Status400BadRequest);

    public static IResult RetryLater(string detail) =>
        new RetryAfterResult(Results.Problem(
            detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Temporarily unavailable. Send the same request again."));
}
