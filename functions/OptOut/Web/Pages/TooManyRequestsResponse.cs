using System.Globalization;
using Microsoft.AspNetCore.Http;
using OptOut.Platform.Limits;

namespace OptOut.Web.Pages;

/// <summary>
/// The response to a client that sends too many requests: 429 (RFC 6585 section 4) with Retry-After in seconds, and a page that says that
/// nothing was recorded, when to try again, and where to write instead.
/// </summary>
internal sealed class TooManyRequestsResponse(PageRenderer renderer)
{
    /// <param name="view">Gives the language of the page.</param>
    /// <param name="wait">The time to wait, from <see cref="RequestLimits"/>.</param>
    /// <param name="action">The address at which to try again, with a GET that changes nothing.</param>
    public async Task<IResult> CreateAsync(PageView view, TimeSpan wait, string action)
    {
        var page = await renderer.RenderAsync<TooManyRequestsPage>(StatusCodes.Status429TooManyRequests, new Dictionary<string, object?>
        {
            [nameof(TooManyRequestsPage.View)] = view,
            [nameof(TooManyRequestsPage.When)] = When(view, wait),
            [nameof(TooManyRequestsPage.Action)] = action,
        });
        return new RetryLater(page, (long)Math.Ceiling(wait.TotalSeconds));
    }

    /// <summary>
    /// The response when others guessed so many codes that none is looked up: the form that needs no code, so that nobody is kept from a
    /// Stop by what others do.
    /// </summary>
    /// <param name="view">Gives the language of the page.</param>
    /// <param name="wait">The time until codes are looked up again, from <see cref="RequestLimits"/>.</param>
    /// <param name="typed">What was typed in the other fields.</param>
    public async Task<IResult> CreateWithoutCodeAsync(PageView view, TimeSpan wait, TypedForm typed)
    {
        var form = view.At("/unsubscribe");
        var page = await renderer.RenderAsync<PublicPage>(StatusCodes.Status429TooManyRequests, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = form,
            [nameof(PublicPage.Action)] = form.PublicFormAddress,
            [nameof(PublicPage.Typed)] = typed with { Code = "" },
            [nameof(PublicPage.Help)] = "codes.busy",
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
