using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Company;

/// <summary>Setting <c>OptOut:Controller</c>: the company in whose name all this is done (GDPR: the controller).</summary>
public sealed class ControllerOptions
{
    /// <summary>As people know it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where a person's question and the nightly report go.</summary>
    public string PrivacyAddress { get; set; } = "";

    /// <summary>The privacy statement, shown on every page; empty leaves it out.</summary>
    public Uri? PrivacyStatement { get; set; }

    /// <summary>The data protection authority a person may complain to (GDPR art. 77), shown on every page; none leaves it out.</summary>
    public AuthorityOptions Authority { get; init; } = new();

    /// <summary>For people whose language we do not know: nl, fr, de or en.</summary>
    public string DefaultLanguage { get; set; } = "en";

    /// <summary>The country of a phone number written without one: ISO 3166-1 alpha-2.</summary>
    public string PhoneRegion { get; set; } = "BE";

    /// <summary>IANA name of the time zone that dates are written in.</summary>
    public string TimeZone { get; set; } = "Europe/Brussels";

    internal Language Language => Company.Language.Find(DefaultLanguage)!;

    /// <summary>A moment as a person reads it.</summary>
    internal string Moment(DateTimeOffset moment, Language language) =>
        TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).ToString(language["date.format"], language.Culture);
}

/// <summary>Setting <c>OptOut:Controller:Authority</c>: both or neither.</summary>
public sealed class AuthorityOptions
{
    /// <summary>As people know it, in any language: <c>GBA/APD</c>.</summary>
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
            errors.Add("OptOut:Controller:PrivacyAddress is not an e-mail address; give the one that privacy questions and the nightly report go to.");
        if (options.PrivacyStatement is { } statement && !IsWebAddress(statement))
            errors.Add($"OptOut:Controller:PrivacyStatement is '{statement}'; give a whole web address, as in 'https://www.example.com/privacy', or leave it out.");
        if ((options.Authority.Name.Length > 0) != (options.Authority.Url is not null))
            errors.Add($"OptOut:Controller:Authority has {(options.Authority.Url is null ? "a Name without a Url" : "a Url without a Name")}; give both, or neither.");
        if (options.Authority.Url is { } url && !IsWebAddress(url))
            errors.Add($"OptOut:Controller:Authority:Url is '{url}'; give a whole web address, as in 'https://www.gegevensbeschermingsautoriteit.be'.");
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
