using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Web.Pages;

/// <summary>What somebody typed, as it was typed, to be shown again where it is wrong.</summary>
/// <param name="Honeypot">The field that people never meet.</param>
/// <param name="AsksForLink">The form that asks for a mail with a link; otherwise the one that stops.</param>
public sealed record TypedForm(string Email, string Phone, string Postal, string Code, string Honeypot, bool AsksForLink)
{
    /// <summary>
    /// The trap's name. Robots fill in whatever there is; browsers and password managers know what to put into <c>name</c>, <c>company</c> or
    /// <c>url</c>, and nothing for this one.
    /// </summary>
    public const string HoneypotName = "message";

    public static TypedForm Empty { get; } = new("", "", "", "", "", AsksForLink: false);

    /// <returns>An empty form when the body is none, or longer than any form of ours.</returns>
    public static async Task<TypedForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        return await SmallForm.ReadAsync(request, cancellationToken) is { } form
            ? new TypedForm(Text("email"), Text("phone"), Text("postal"), Text("code"), Text(HoneypotName), Text("ask") == "link")
            : Empty;

        string Text(string name) => form[name].ToString().Trim();
    }

    // A record writes all its members; what a person typed must not end up in a log line or an exception.
    public override string ToString() => "a typed form";
}
