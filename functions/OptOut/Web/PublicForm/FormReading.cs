using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Links;
using OptOut.Web.Pages;

namespace OptOut.Web.PublicForm;

/// <summary>What a typed form says, or what is wrong with it.</summary>
/// <param name="Errors">The text to show, by the name of the field; a wrong field is beside all others, so that all are mended at once.</param>
internal sealed record FormReading(IReadOnlyList<Identifier> Identifiers, PrintedCode? Code, IReadOnlyDictionary<string, string> Errors)
{
    /// <param name="typed">As it was typed.</param>
    /// <param name="phoneRegion">The country of a number without one.</param>
    public static FormReading Read(TypedForm typed, string phoneRegion)
    {
        var identifiers = new List<Identifier>();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        PrintedCode? code = null;

        if (typed.Email.Length > 0)
            Take(EmailAddress.TryParse(typed.Email, out var address), address, "email");
        if (typed.Phone.Length > 0)
            Take(PhoneNumber.TryParse(typed.Phone, phoneRegion, out var number), number, "phone");
        if (typed.Postal.Length > 0)
            Take(PostalKey.TryParse(typed.Postal, out var key), key, "postal");
        if (typed.Code.Length > 0)
        {
            var reading = PrintedCode.Read(typed.Code, out var read);
            if (reading == CodeReading.Good)
                code = read;
            else
                errors["code"] = $"public.error.code.{reading}";
        }

        // Beside a field of its own it would have nothing to say: the trap is empty again, and what was typed still stands.
        if (typed.Honeypot.Length > 0)
            errors[TypedForm.HoneypotName] = "public.error.trap";
        else if (identifiers.Count == 0 && code is null && errors.Count == 0)
            errors["email"] = "public.error.none";
        return new FormReading(identifiers, code, errors);

        void Take(bool parsed, Identifier identifier, string field)
        {
            if (parsed)
                identifiers.Add(identifier);
            else
                errors[field] = $"public.error.{field}";
        }
    }
}
