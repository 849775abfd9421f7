using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Web.Pages;

/// <summary>What somebody typed, unchanged, so that it can be shown again when it is wrong.</summary>
/// <param name="Honeypot">The field that people never see.</param>
/// <param name="RequestsLink">Whether it is the form that requests a mail with a link; otherwise it is the one that stops.</param>
public sealed record TypedForm(string Email, string Phone, string Postal, string Code, string Honeypot, bool RequestsLink)
{
    /// <summary>
    /// The name of the honeypot field. Bots fill in every field; browsers and password managers autofill fields called <c>name</c>,
    /// <c>company</c> or <c>url</c>, but not this one.
    /// </summary>
    public const string HoneypotName = "message";

    public static TypedForm Empty { get; } = new("", "", "", "", "", RequestsLink: false);

    /// <returns>An empty form when the body is not a form, or is longer than any form of ours.</returns>
    public static async Task<TypedForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        return await SmallForm.ReadAsync(request, cancellationToken) is { } form
            ? new TypedForm(Text("email"), Text("phone"), Text("postal"), Text("code"), Text(HoneypotName), Text("ask") == "link")
            : Empty;

        string Text(string name) => form[name].ToString().Trim();
    }

    // A record's own ToString writes all members, and what a person typed must not end up in a log line or an exception.
    public override string ToString() => "a typed form";
}
