using System.Globalization;
using Azure;

namespace OptOut.Platform;

/// <summary>
/// The tables or the blobs cannot be reached, refuse the app, or ask to come back later: the same request may work in a while.
/// Whatever else they answer is about the request itself, and stays a <see cref="RequestFailedException"/>.
/// </summary>
/// <param name="status">What they answered; 0 for no answer.</param>
/// <param name="reason">The status and its code, or the kind of fault; never the client's words, which may quote the request.</param>
/// <param name="cause">What the client threw, where it threw.</param>
internal sealed class StoreUnavailableException(int status, string reason, Exception? cause = null)
    : Exception($"The store does not answer ({reason}).", cause)
{
    /// <param name="answer">Of which the status and the code are kept, and not the message.</param>
    public StoreUnavailableException(RequestFailedException answer)
        : this(answer.Status, string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {answer.ErrorCode}").TrimEnd())
    {
    }

    public int Status { get; } = status;

    public string Reason { get; } = reason;

    /// <summary>Whether the app lacks the right to ask, so that waiting alone does not help.</summary>
    public bool IsRefusal => Status is 401 or 403;
}
