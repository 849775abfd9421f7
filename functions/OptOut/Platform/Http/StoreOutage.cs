using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>The one place where an unavailable store becomes an answer.</summary>
internal static class StoreOutage
{
    /// <summary>For systems: 503 with problem details and Retry-After.</summary>
    public static Task<IResult> OrLaterAsync(this Task<IResult> answer, string detail = "The store does not answer.") =>
        answer.OrPageAsync(() => Task.FromResult(ApiAnswers.RetryLater(detail)));

    /// <summary>For people: the page that says so in their language.</summary>
    public static async Task<IResult> OrPageAsync(this Task<IResult> answer, Func<Task<IResult>> page)
    {
        try
        {
            return await answer;
        }
        catch (StoreUnavailableException)
        {
            return await page();
        }
    }
}
