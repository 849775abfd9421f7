using System.Globalization;
using Microsoft.AspNetCore.Http;
using OptOut.Platform.Limits;

namespace OptOut.Web.Pages;

/// <summary>
/// The answer to whoever asks too often: 429 (RFC 6585 section 4) with Retry-After in seconds, and a page that says that nothing was recorded, when to
/// try again, and where to write instead.
/// </summary>
internal sealed class TooManyAnswer(PageRenderer renderer)
{
    /// <param name="view">In whose language.</param>
    /// <param name="wait">What <see cref="RequestLimits"/> gave.</param>
    /// <param name="action">Where to try again: a GET that changes nothing.</param>
    public async Task<IResult> CreateAsync(PageView view, TimeSpan wait, string action)
    {
        var page = await renderer.RenderAsync<TooManyPage>(StatusCodes.Status429TooManyRequests, new Dictionary<string, object?>
        {
            [nameof(TooManyPage.View)] = view,
            [nameof(TooManyPage.When)] = When(view, wait),
            [nameof(TooManyPage.Action)] = action,
        });
        return new RetryLater(page, (long)Math.Ceiling(wait.TotalSeconds));
    }

    private static string When(PageView view, TimeSpan wait) => wait switch
    {
        { TotalMinutes: <= 1 } => view.Language["limits.minute"],
        { TotalMinutes: <= 90 } => view.Language.Format("limits.minutes", Math.Ceiling(wait.TotalMinutes)),
        _ => view.Language.Format("limits.hours", Math.Ceiling(wait.TotalHours)),
    };

    private sealed class RetryLater(IResult page, long seconds) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return page.ExecuteAsync(httpContext);
        }
    }
}
