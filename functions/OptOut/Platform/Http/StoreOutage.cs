using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>Turns an unavailable store into a response.</summary>
internal static class StoreOutage
{
    /// <summary>For systems: 503 with problem details and Retry-After.</summary>
    public static Task<IResult> OrRetryLaterAsync(this Task<IResult> answer, string detail = "The store does not answer.") =>
        answer.OrPageAsync(() => Task.FromResult(ApiProblems.RetryLater(detail)));

    /// <summary>For people: a page that explains it in their language.</summary>
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
