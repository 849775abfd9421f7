using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;

namespace OptOut.Vendors.Generic;

internal sealed class HttpVendorOptionsValidator(IOptions<CatalogueOptions> catalogue) : IValidateOptions<HttpVendorOptions>
{
    /// <summary>Names that other vendors have, or are kept for: a row of theirs must never be taken for one of another.</summary>
    public static readonly IReadOnlyList<string> TakenNames =
        ["amazon-ses", "dialler", "do-not-call", "mailgun", "postmark", "print-house", "robinson", "sendgrid", "twilio"];

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    // Ours, or the transport's.
    private static readonly string[] KeptHeaders =
        [StandardWebhooks.IdHeader, StandardWebhooks.TimestampHeader, StandardWebhooks.SignatureHeader, "Content-Type", "Content-Length", "Host", "Connection", "Transfer-Encoding"];

    public ValidateOptionsResult Validate(string? name, HttpVendorOptions options)
    {
        var of = HttpVendorOptions.Setting(name ?? "");
        string[] errors = [.. Name(of, name ?? ""), .. Addresses(of, options), .. Secrets(of, options), .. Headers(of, options), .. Meaning(of, options)];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Name(string of, string name)
    {
        if (name.Length is 0 or > 32 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return $"{of} is no name for a vendor; give 1 to 32 of a-z, 0-9 and -.";
        else if (TakenNames.Contains(name, StringComparer.Ordinal))
            yield return $"{of} has the name of another vendor; give it one of its own.";
    }

    private static IEnumerable<string> Addresses(string of, HttpVendorOptions options)
    {
        if (!IsUsable(options.PushUrl))
            yield return $"{of}:PushUrl is {Shown(options.PushUrl)}; give the whole address that takes consent.changed, beginning with https:// (http only for a party on this machine), without a user name or a #.";
        if (options.PullUrl is not null && !IsUsable(options.PullUrl))
            yield return $"{of}:PullUrl is {Shown(options.PullUrl)}; give the whole address of the list, beginning with https:// (http only for a party on this machine), without a user name or a #, or leave it out.";
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > MaxTimeout)
            yield return $"{of}:Timeout is {options.Timeout}; give more than 00:00:00, at most {MaxTimeout}.";
        if (options.PullTimeout <= TimeSpan.Zero || options.PullTimeout > MaxTimeout)
            yield return $"{of}:PullTimeout is {options.PullTimeout}; give more than 00:00:00, at most {MaxTimeout}.";
    }

    private static IEnumerable<string> Secrets(string of, HttpVendorOptions options)
    {
        if (options.PushSecrets.Count == 0)
            yield return $"{of}:PushSecrets is empty; give the secret that our calls are signed with, as from 'echo whsec_$(openssl rand -base64 32)'.";
        foreach (var problem in Problems("PushSecrets", options.PushSecrets).Concat(Problems("WebhookSecrets", options.WebhookSecrets)))
            yield return problem;
        if (options.PushSecrets.Intersect(options.WebhookSecrets, StringComparer.Ordinal).Any())
            yield return $"{of}:WebhookSecrets holds a secret of {of}:PushSecrets; give each direction one of its own, so that nothing we sent can come back as the vendor's.";
        if (options.BearerToken is { } token && !IsPrintable(token))
            yield return $"{of}:BearerToken is empty, or holds a space or a character that is not ASCII; copy the token again, without anything around it, or leave it out.";

        IEnumerable<string> Problems(string setting, IEnumerable<string?> secrets) =>
            secrets.Select((secret, i) => WebhookSecret.Problem(FormattableString.Invariant($"{of}:{setting}:{i}"), secret)).OfType<string>();
    }

    private static IEnumerable<string> Headers(string of, HttpVendorOptions options)
    {
        foreach (var (header, value) in options.Headers)
        {
            if (header.Length == 0 || !header.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
                yield return $"{of}:Headers names '{header}', which is no header (RFC 9110 section 5.1); give a name such as X-Api-Key.";
            else if (KeptHeaders.Contains(header, StringComparer.OrdinalIgnoreCase))
                yield return $"{of}:Headers:{header} is set by ourselves; leave it out.";
            else if (options.BearerToken is not null && header.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                yield return $"{of}:Headers:{header} and {of}:BearerToken are the same header; give one of the two.";
            if (string.IsNullOrWhiteSpace(value) || value.Any(c => c is < ' ' or > '~'))
                yield return $"{of}:Headers:{header} is empty or holds a character that is not printable ASCII; give the value as the vendor shows it.";
        }
    }

    private IEnumerable<string> Meaning(string of, HttpVendorOptions options)
    {
        if (!Channels.TryParse(options.Channel, out _))
            yield return $"{of}:Channel is '{options.Channel}'; give email, sms, phone or post.";

        for (var i = 0; i < options.Topics.Count; i++)
        {
            if (!catalogue.Value.Topics.Any(t => t.Name == options.Topics[i]))
                yield return FormattableString.Invariant($"{of}:Topics:{i} is '{options.Topics[i]}', no topic of OptOut:Catalogue:Topics; name the topic there, or not here.");
        }

        foreach (var repeated in options.Topics.GroupBy(t => t, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"{of}:Topics names '{repeated.Key}' {repeated.Count()} times; name it once.";
        if (!Enum.IsDefined(options.PullFormat))
            yield return $"{of}:PullFormat is {options.PullFormat}; give Pages or Lines.";
        if (!Enum.IsDefined(options.EntryStops))
            yield return $"{of}:EntryStops is {options.EntryStops}; give Everything or Named.";
    }

    private static bool IsUsable(Uri? url) =>
        url is { IsAbsoluteUri: true, UserInfo: "", Fragment: "" } && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    // The query and the user name may hold a key.
    private static string Shown(Uri? url) => url switch
    {
        null => "missing",
        { IsAbsoluteUri: true } => $"'{url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}'",
        _ => "no whole address",
    };

    private static bool IsPrintable(string text) => text.Length > 0 && text.All(c => c is > ' ' and <= '~');
}
