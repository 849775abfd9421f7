using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace OptOut.Platform.Limits;

/// <summary>An action with a rate limit.</summary>
internal enum LimitedAction
{
    /// <summary>A Stop from the public form.</summary>
    PublicStop,

    /// <summary>A mail with the person's own link.</summary>
    LinkMail,

    /// <summary>A printed code that was typed or opened.</summary>
    CodeGuess,
}

/// <summary>A rate limit.</summary>
internal sealed class AllowanceOptions
{
    /// <summary>The number of requests permitted at once, 1 to 1,000,000; after that, one more each <see cref="Window"/> / Count.</summary>
    public int Count { get; set; }

    /// <summary>The time in which a used-up allowance becomes full again: one second to one day.</summary>
    public TimeSpan Window { get; set; }

    internal TimeSpan Interval => Window / Count;
}

/// <summary>The limit of one action for one client.</summary>
internal class ClientLimitOptions
{
    public AllowanceOptions Client { get; set; } = new();
}

/// <summary>The limits of guesses, for one client and for everybody.</summary>
internal sealed class GuessLimitOptions : ClientLimitOptions
{
    /// <summary>
    /// What all clients together may get wrong, from however many addresses. When it is used up, no code is looked up, and the form that
    /// needs no code is shown instead.
    /// </summary>
    public AllowanceOptions Everyone { get; set; } = new() { Count = 1000, Window = TimeSpan.FromMinutes(10) };
}

/// <summary>The limits of one action, for one client and for one identifier.</summary>
internal sealed class ActionLimitOptions : ClientLimitOptions
{
    public AllowanceOptions Identifier { get; set; } = new();
}

/// <summary>
/// Setting <c>OptOut:Limits</c>. Each instance counts in its own memory: with N instances, a client that reaches all of them may send up to
/// N times as many requests, and a restart resets the counts. The limits protect against floods; a limit that must be exact (how many mails
/// an address receives) is counted in the store instead. The defaults are generous, because an office or a telephone company may share one
/// address, and refusing a Stop is worse than accepting one too many.
/// </summary>
internal sealed class LimitOptions
{
    /// <summary>
    /// The header in which a proxy in front of the app writes the client's address, such as Front Door's <c>X-Azure-ClientIP</c>. If empty
    /// (the default), the address that called the Functions host is used. Set it only if the app can be reached through that proxy alone:
    /// anyone can send a header.
    /// </summary>
    public string ClientAddressHeader { get; set; } = "";

    /// <summary>
    /// How many times the allowance of one client (an IPv6 /64) all clients in the same IPv6 /48 have together, 1 to 1,000. Anyone may
    /// have a /48, and with it 65,536 times a /64.
    /// </summary>
    public int SiteFactor { get; set; } = 10;

    public ActionLimitOptions PublicStop { get; set; } = Create(
        client: 300, TimeSpan.FromMinutes(10), identifier: 10, TimeSpan.FromHours(1));

    public ActionLimitOptions LinkMail { get; set; } = Create(client: 100, TimeSpan.FromMinutes(10), identifier: 10, TimeSpan.FromHours(1));

    /// <summary>Not limited by identifier: a code that was never printed belongs to none.</summary>
    public GuessLimitOptions CodeGuess { get; set; } = new() { Client = new() { Count = 60, Window = TimeSpan.FromMinutes(10) } };

    internal ClientLimitOptions For(LimitedAction action) => action switch
    {
        LimitedAction.PublicStop => PublicStop,
        LimitedAction.LinkMail => LinkMail,
        LimitedAction.CodeGuess => CodeGuess,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "The action has no limit."),
    };

    internal AllowanceOptions ForIdentifier(LimitedAction action) => For(action) is ActionLimitOptions limit
        ? limit.Identifier
        : throw new ArgumentOutOfRangeException(nameof(action), action, "The action has no limit by identifier.");

    private static ActionLimitOptions Create(int client, TimeSpan clientWindow, int identifier, TimeSpan identifierWindow) => new()
    {
        Client = new() { Count = client, Window = clientWindow },
        Identifier = new() { Count = identifier, Window = identifierWindow },
    };
}

internal sealed class LimitOptionsValidator : IValidateOptions<LimitOptions>
{
    // A token, RFC 9110 section 5.6.2.
    private static readonly SearchValues<char> HeaderName =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public ValidateOptionsResult Validate(string? name, LimitOptions options)
    {
        var errors = new List<string>();
        if (options.ClientAddressHeader.AsSpan().ContainsAnyExcept(HeaderName))
        {
            errors.Add(
                "OptOut:Limits:ClientAddressHeader is not a valid header name; give one such as 'X-Azure-ClientIP', or leave it empty.");
        }

        foreach (var action in Enum.GetValues<LimitedAction>())
        {
            Check($"OptOut:Limits:{action}:Client", options.For(action).Client);
            if (options.For(action) is ActionLimitOptions limit)
                Check($"OptOut:Limits:{action}:Identifier", limit.Identifier);
            if (options.For(action) is GuessLimitOptions guess)
                Check($"OptOut:Limits:{action}:Everyone", guess.Everyone);
        }

        if (options.SiteFactor is < 1 or > 1000)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"OptOut:Limits:SiteFactor is {options.SiteFactor}; give 1 to 1000."));

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, AllowanceOptions allowance)
        {
            if (allowance.Count is < 1 or > 1_000_000)
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"{setting}:Count is {allowance.Count}; give 1 to 1000000."));
            if (allowance.Window < TimeSpan.FromSeconds(1) || allowance.Window > TimeSpan.FromDays(1))
                errors.Add($"{setting}:Window is {allowance.Window}; give a time from one second to one day, as in '00:10:00'.");
        }
    }
}
