using System.Net;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>One call of SendGrid's API.</summary>
/// <param name="Path">The real path and query, after <c>v3/</c>. May hold an escaped address: never logged.</param>
/// <param name="Scope">What the API key must allow (https://docs.sendgrid.com/api-reference/api-key-permissions).</param>
internal sealed record SendGridCall(Method Method, string Operation, string Path, string Scope) : VendorOperation("SendGrid", Operation)
{
    public string? Body { get; init; }

    public override string ToString() => Operation;
}

/// <summary>Either a body that arrived whole, or the outcome that says why there is none.</summary>
internal readonly record struct SendGridReply(HttpStatusCode Status, byte[] Body, VendorOutcome? Failure)
{
    public static SendGridReply Failed(VendorOutcome failure) => new(default, [], failure);

    public override string ToString() => Failure?.ToString() ?? Status.ToString();
}
