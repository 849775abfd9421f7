using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Company;

/// <summary>Setting <c>OptOut:Controller</c>: the company that sends the marketing (GDPR: the controller).</summary>
public sealed class ControllerOptions
{
    /// <summary>The company's name as people know it.</summary>
    public string Name { get; set; } = "";

    /// <summary>The e-mail address for people's questions and for the nightly report.</summary>
    public string PrivacyAddress { get; set; } = "";

    /// <summary>The privacy statement, linked from every page; left out if empty.</summary>
    public Uri? PrivacyStatement { get; set; }

    /// <summary>
    /// The data protection authority that a person may complain to (GDPR art. 77), shown on every page; left out if not set.
    /// </summary>
    public AuthorityOptions Authority { get; init; } = new();

    /// <summary>Used when the person's language is not known: nl, fr, de or en.</summary>
    public string DefaultLanguage { get; set; } = "en";

    /// <summary>The country of a phone number that has no country code: ISO 3166-1 alpha-2.</summary>
    public string PhoneRegion { get; set; } = "BE";

    /// <summary>IANA name of the time zone for dates.</summary>
    public string TimeZone { get; set; } = "Europe/Brussels";

    internal Language Language => Company.Language.Find(DefaultLanguage)!;

    /// <summary>Formats a date and time for a person, in the controller's time zone.</summary>
    internal string FormatMoment(DateTimeOffset moment, Language language) =>
        TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).ToString(language["date.format"], language.Culture);
}

/// <summary>Setting <c>OptOut:Controller:Authority</c>: give both properties or neither.</summary>
public sealed class AuthorityOptions
{
    /// <summary>The authority's name as people know it, the same in every language: <c>GBA/APD</c>.</summary>
    public string Name { get; set; } = "";

    public Uri? Url { get; set; }
}

internal sealed class ControllerOptionsValidator : IValidateOptions<ControllerOptions>
{
    public ValidateOptionsResult Validate(string? name, ControllerOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Name))
            errors.Add("OptOut:Controller:Name is empty; give the company's name as people know it.");
        if (!EmailAddress.TryParse(options.PrivacyAddress, out _))
        {
            errors.Add(
                "OptOut:Controller:PrivacyAddress is not an e-mail address; "
                    + "give the address for privacy questions and the nightly report.");
        }

        if (options.PrivacyStatement is { } statement && !IsWebAddress(statement))
        {
            errors.Add(
                $"OptOut:Controller:PrivacyStatement is '{statement}'; give a whole web address, as in "
                    + "'https://www.example.com/privacy', or leave it out.");
        }

        if ((options.Authority.Name.Length > 0) != (options.Authority.Url is not null))
        {
            errors.Add(
                "OptOut:Controller:Authority has "
                    + $"{(options.Authority.Url is null ? "a Name without a Url" : "a Url without a Name")}; give both, or neither.");
        }

        if (options.Authority.Url is { } url && !IsWebAddress(url))
        {
            errors.Add(
                $"OptOut:Controller:Authority:Url is '{url}'; give a whole web address, as in "
                    + "'https://www.gegevensbeschermingsautoriteit.be'.");
        }

        if (Language.Find(options.DefaultLanguage) is null)
            errors.Add($"OptOut:Controller:DefaultLanguage is '{options.DefaultLanguage}'; give nl, fr, de or en.");
        if (!PhoneNumbers.PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(options.PhoneRegion))
            errors.Add($"OptOut:Controller:PhoneRegion is '{options.PhoneRegion}'; give a country code such as BE or NL.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _))
            errors.Add($"OptOut:Controller:TimeZone is '{options.TimeZone}'; give an IANA name such as Europe/Brussels.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsWebAddress(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
}
