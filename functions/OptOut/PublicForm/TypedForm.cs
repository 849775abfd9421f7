using Microsoft.AspNetCore.Http;

namespace OptOut.PublicForm;

/// <summary>What somebody typed, as it was typed, to be shown again where it is wrong.</summary>
/// <param name="Trap">The field that people never meet.</param>
/// <param name="AsksForLink">The form that asks for a mail with a link; otherwise the one that stops.</param>
public sealed record TypedForm(string Email, string Phone, string Postal, string Code, string Trap, bool AsksForLink)
{
    /// <summary>
    /// The trap's name. Robots fill in whatever there is; browsers and password managers know what to put into <c>name</c>, <c>company</c> or
    /// <c>url</c>, and nothing for this one.
    /// </summary>
    public const string TrapName = "message";

    // The limits of a form sent in pieces too, whose length is not known before.
    private const int MaxBytes = 16 * 1024, MaxFields = 20;

    public static TypedForm Empty { get; } = new("", "", "", "", "", AsksForLink: false);

    /// <returns>An empty form when the body is none, or longer than 16 KiB.</returns>
    public static async Task<TypedForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBytes)
            return Empty;
        try
        {
            var form = await request.ReadFormAsync(
                new() { BufferBodyLengthLimit = MaxBytes, MultipartBodyLengthLimit = MaxBytes, KeyLengthLimit = MaxBytes, ValueLengthLimit = MaxBytes, ValueCountLimit = MaxFields }, cancellationToken);
            return new TypedForm(Text("email"), Text("phone"), Text("postal"), Text("code"), Text(TrapName), Text("ask") == "link");

            string Text(string name) => form[name].ToString().Trim();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or BadHttpRequestException)
        {
            return Empty;
        }
    }

    // A record writes all its members; what a person typed must not end up in a log line or an exception.
    public override string ToString() => "a typed form";
}
