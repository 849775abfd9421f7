using System.Net;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>One call of SendGrid's API, and what may be told about it.</summary>
/// <param name="Operation">The method and the path as documented, with {email} for an address: for logs and reasons.</param>
/// <param name="Path">The real path and query, after <c>v3/</c>. May hold an escaped address: never logged.</param>
/// <param name="Scope">What the API key must allow (https://docs.sendgrid.com/api-reference/api-key-permissions).</param>
internal sealed record SendGridCall(Method Method, string Operation, string Path, string Scope)
{
    public string? Body { get; init; }

    /// <summary>What of the call is personal, so that it can be cut out of an error text.</summary>
    public IReadOnlyList<string> Personal { get; init; } = [];

    /// <summary>
    /// The status documented for success. Any other, 2xx too, is none: a proxy in between that says 200 with a page of its own must
    /// not confirm a Stop.
    /// </summary>
    public HttpStatusCode Expected { get; init; } = HttpStatusCode.OK;

    /// <summary>Whether a 404 is what was wanted: a removal of what is not there.</summary>
    public bool MayBeAbsent { get; init; }

    // Records print their members, and two of these are personal.
    public override string ToString() => Operation;
}

/// <summary>Either a body that arrived whole, or the outcome that says why there is none.</summary>
internal readonly record struct SendGridReply(HttpStatusCode Status, byte[] Body, VendorOutcome? Failure)
{
    public static SendGridReply Failed(VendorOutcome failure) => new(default, [], failure);

    public override string ToString() => Failure?.ToString() ?? Status.ToString();
}
