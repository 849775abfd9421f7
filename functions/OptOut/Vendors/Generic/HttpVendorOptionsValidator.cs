using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Generic;

internal sealed class HttpVendorOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<HttpVendorOptions>
{
    /// <summary>Names that belong to, or are reserved for, other vendors: the rows of two vendors must never be confused.</summary>
    public static readonly IReadOnlyList<string> ReservedNames =
        ["amazon-ses", "dialler", "do-not-call", "mailgun", "postmark", "print-house", "robinson", "sendgrid", "twilio"];

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    // Headers that are set by us or by the transport.
    private static readonly string[] ReservedHeaders =
        [
            StandardWebhooks.IdHeader, StandardWebhooks.TimestampHeader, StandardWebhooks.SignatureHeader,
            "Content-Type", "Content-Length", "Host", "Connection", "Transfer-Encoding",
        ];

    public ValidateOptionsResult Validate(string? name, HttpVendorOptions options)
    {
        var section = HttpVendorOptions.Setting(name ?? "");
        string[] errors =
        [
            .. Name(section, name ?? ""),
            .. Addresses(section, options),
            .. Secrets(section, options),
            .. Headers(section, options),
            .. Meaning(section, options),
        ];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Name(string section, string name)
    {
        if (name.Length is 0 or > 32 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return $"{section} is not a valid name for a vendor; give 1 to 32 characters of a-z, 0-9 and -.";
        else if (ReservedNames.Contains(name, StringComparer.Ordinal))
            yield return $"{section} has the name of another vendor; give it another name.";
    }

    private static IEnumerable<string> Addresses(string section, HttpVendorOptions options)
    {
        if (!IsUsable(options.PushUrl))
        {
            yield return $"{section}:PushUrl is {Shown(options.PushUrl)}; give the full address "
                + "that receives consent.changed, beginning with "
                + "https:// (http only for a system on this machine), without a user name or a #.";
        }

        if (options.PullUrl is not null && !IsUsable(options.PullUrl))
        {
            yield return $"{section}:PullUrl is {Shown(options.PullUrl)}; give the full address of "
                + "the list, beginning with https:// (http only "
                + "for a system on this machine), without a user name or a #, or leave it out.";
        }

        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"{section}:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"{section}:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private static IEnumerable<string> Secrets(string section, HttpVendorOptions options)
    {
        if (options.PushSecrets.Count == 0)
        {
            yield return $"{section}:PushSecrets is empty; give the secret that our calls are signed "
                + "with, as from 'echo whsec_$(openssl rand -base64 32)'.";
        }

        foreach (var problem in Problems("PushSecrets", options.PushSecrets).Concat(Problems("WebhookSecrets", options.WebhookSecrets)))
            yield return problem;
        if (options.PushSecrets.Intersect(options.WebhookSecrets, StringComparer.Ordinal).Any())
        {
            yield return $"{section}:WebhookSecrets contains a secret that is also in {section}:PushSecrets; "
                + "give each direction its own, so "
                + "that nothing we sent can be returned as if it came from the vendor.";
        }

        if (options.BearerToken is { } token && !IsPrintable(token))
        {
            yield return $"{section}:BearerToken is empty, or contains a space or a character that "
                + "is not ASCII; copy the token again, without "
                + "anything around it, or leave it out.";
        }

        IEnumerable<string> Problems(string setting, IEnumerable<string?> secrets) =>
            secrets
                .Select((secret, i) => WebhookSecret.Problem(FormattableString.Invariant($"{section}:{setting}:{i}"), secret))
                .OfType<string>();
    }

    private static IEnumerable<string> Headers(string section, HttpVendorOptions options)
    {
        foreach (var (header, value) in options.Headers)
        {
            if (header.Length == 0
                || !header.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            {
                yield return $"{section}:Headers names '{header}', which is not a header name (RFC "
                    + "9110 section 5.1); give a name such as X-Api-Key.";
            }
            else if (ReservedHeaders.Contains(header, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"{section}:Headers:{header} is set automatically; leave it out.";
            }
            else if (options.BearerToken is not null && header.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{section}:Headers:{header} and {section}:BearerToken are the same header; give one of the two.";
            }

            if (string.IsNullOrWhiteSpace(value) || value.Any(c => c is < ' ' or > '~'))
            {
                yield return $"{section}:Headers:{header} is empty or contains a character that is not printable ASCII; "
                    + "give the value as the vendor shows it.";
            }
        }
    }

    private IEnumerable<string> Meaning(string section, HttpVendorOptions options)
    {
        if (!Channels.TryParse(options.Channel, out _))
            yield return $"{section}:Channel is '{options.Channel}'; give email, sms, phone or post.";

        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (!catalogue.Value.Topics.Any(t => t.Name == options.Topics[i]))
            {
                yield return FormattableString.Invariant(
                    $"{section}:Topics:{i} is '{options.Topics[i]}', which is not a topic in OptOut:Catalogue:Topics; remove it, or add the topic there.");
            }
        }

        foreach (var repeated in options.Topics.GroupBy(t => t, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"{section}:Topics names '{repeated.Key}' {repeated.Count()} times; name it once.";
        if (!Enum.IsDefined(options.PullFormat))
            yield return $"{section}:PullFormat is {options.PullFormat}; give Pages or Lines.";
        if (!Enum.IsDefined(options.EntryStops))
            yield return $"{section}:EntryStops is {options.EntryStops}; give Everything or Named.";
    }

    private static bool IsUsable(Uri? url) =>
        url is { IsAbsoluteUri: true, UserInfo: "", Fragment: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    // The query and the user name may contain a key.
    private static string Shown(Uri? url) => url switch
    {
        null => "missing",
        { IsAbsoluteUri: true } => $"'{url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}'",
        _ => "not a full address",
    };

    private static bool IsPrintable(string text) => text.Length > 0 && text.All(c => c is > ' ' and <= '~');
}
