using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Company;

/// <summary>
/// Says how a postal address was read, so that a person can see which letters stop. It depends on what was typed alone, not on whether
/// anybody is known there.
/// </summary>
internal static class PostalReading
{
    /// <summary>As in "street KERKSTRAAT, number 12, box or addition 3, postcode 9000, country BE".</summary>
    public static string Describe(Identifier postal, Language language)
    {
        var address = PostalKey.Parts(postal);
        (string Key, string Value)[] parts =
        [
            ("postal.street", address.Street),
            ("postal.number", address.Number),
            ("postal.box", address.Box),
            ("postal.postcode", address.Postcode),
            ("postal.country", address.Country == PostalAddress.UnknownCountry ? "" : address.Country),
        ];
        var said = parts.Where(p => p.Value.Length > 0).Select(p => language.Format(p.Key, p.Value));
        return string.Join(", ", address.Text.Length > 0 ? said.Prepend(address.Text) : said);
    }
}
