using Microsoft.Extensions.Options;

namespace OptOut.Records;

/// <summary>Setting <c>OptOut:Storage</c>: a connection string on one machine, endpoints and the app's identity in Azure.</summary>
internal sealed class StorageOptions
{
    public string ConnectionString { get; set; } = "";

    public Uri? TableEndpoint { get; set; }

    public Uri? BlobEndpoint { get; set; }

    /// <summary>
    /// Prefixed to every table and container name, so that several installations can share one account: up to 20 of
    /// <c>a-z 0-9</c>, a letter first.
    /// </summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// When the tables were last restored from a backup; null if they never were. Subjects' numbers go on above this moment in Unix
    /// seconds: nobody takes one a second, so it is above every number that was shown before, and what saw one of those has seen nothing
    /// since.
    /// </summary>
    public DateTimeOffset? RestoredAt { get; set; }

    internal long NumbersAbove => RestoredAt?.ToUnixTimeSeconds() ?? 0;
}

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new List<string>();
        var endpoints = (options.TableEndpoint, options.BlobEndpoint) is (not null, not null);
        if (options.ConnectionString.Length == 0 && !endpoints)
            errors.Add("OptOut:Storage has neither ConnectionString nor both TableEndpoint and BlobEndpoint; give one or the other.");
        if (options.ConnectionString.Length > 0 && (options.TableEndpoint ?? options.BlobEndpoint) is not null)
            errors.Add("OptOut:Storage has a ConnectionString and an endpoint; keep one, so that it is clear which account to use.");
        if (options.Prefix.Length > 20
            || options.Prefix.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            || (options.Prefix.Length > 0 && char.IsAsciiDigit(options.Prefix[0])))
        {
            errors.Add($"OptOut:Storage:Prefix is '{options.Prefix}'; give up to 20 of a-z and 0-9, a letter first, or leave it empty.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
