using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Links;
using OptOut.Web.Pages;

namespace OptOut.Web.PublicForm;

/// <summary>What was typed in the form, parsed, with the errors that were found.</summary>
/// <param name="Errors">The name of the text to show, by field. All errors are listed, so that all can be corrected at once.</param>
internal sealed record ParsedForm(IReadOnlyList<Identifier> Identifiers, PrintedCode? Code, IReadOnlyDictionary<string, string> Errors)
{
    /// <param name="typed">The form as it was typed.</param>
    /// <param name="phoneRegion">The country of a number without a country code.</param>
    public static ParsedForm From(TypedForm typed, string phoneRegion)
    {
        var identifiers = new List<Identifier>();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        PrintedCode? code = null;

        if (typed.Email.Length > 0)
            Add(EmailAddress.TryParse(typed.Email, out var address), address, "email");
        if (typed.Phone.Length > 0)
            Add(PhoneNumber.TryParse(typed.Phone, phoneRegion, out var number), number, "phone");
        if (typed.Postal.Length > 0)
            Add(PostalKey.TryParse(typed.Postal, out var key), key, "postal");
        if (typed.Code.Length > 0)
        {
            var reading = PrintedCode.Read(typed.Code, out var read);
            if (reading == PrintedCodeStatus.Valid)
                code = read;
            else
                errors["code"] = $"public.error.code.{reading}";
        }

        // The error belongs to no visible field: the honeypot is rendered empty again, and what was typed in the other fields is kept.
        if (typed.Honeypot.Length > 0)
            errors[TypedForm.HoneypotName] = "public.error.trap";
        else if (identifiers.Count == 0 && code is null && errors.Count == 0)
            errors["email"] = "public.error.none";
        return new ParsedForm(identifiers, code, errors);

        void Add(bool parsed, Identifier identifier, string field)
        {
            if (parsed)
                identifiers.Add(identifier);
            else
                errors[field] = $"public.error.{field}";
        }
    }
}
