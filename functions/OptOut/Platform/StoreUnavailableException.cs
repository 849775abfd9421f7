using System.Globalization;
using Azure;

namespace OptOut.Platform;

/// <summary>
/// Thrown when the tables or blobs cannot be reached, refuse the app, or ask it to retry later: the same request may succeed later.
/// Any other failure is about the request itself, and remains a <see cref="RequestFailedException"/>.
/// </summary>
/// <param name="status">The HTTP status; 0 if there was no response.</param>
/// <param name="reason">The status and error code, or the kind of failure; never the client's message, which may quote the request.</param>
/// <param name="cause">The exception that the client threw, if any.</param>
internal sealed class StoreUnavailableException(int status, string reason, Exception? cause = null)
    : Exception($"The store does not answer ({reason}).", cause)
{
    /// <param name="answer">The failed response. Its status and code are kept, its message is not.</param>
    public StoreUnavailableException(RequestFailedException answer)
        : this(answer.Status, string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {answer.ErrorCode}").TrimEnd())
    {
    }

    public int Status { get; } = status;

    public string Reason { get; } = reason;

    /// <summary>Whether the app is not authorised, so that waiting alone does not help.</summary>
    public bool IsRefusal => Status is 401 or 403;
}
