using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace OptOut.Platform.Limits;

/// <summary>What may be asked only so often.</summary>
internal enum LimitedAction
{
    /// <summary>A Stop from the public form.</summary>
    PublicStop,

    /// <summary>A mail with the person's own link.</summary>
    LinkMail,

    /// <summary>A printed code, typed or opened.</summary>
    CodeGuess,
}

/// <summary>How often something may be asked.</summary>
internal sealed class AllowanceOptions
{
    /// <summary>So many at once, 1 to 1,000,000; after that one more each time <see cref="Window"/> / Count has passed.</summary>
    public int Count { get; set; }

    /// <summary>The time in which a spent allowance is whole again: one second to one day.</summary>
    public TimeSpan Window { get; set; }

    internal TimeSpan Interval => Window / Count;
}

/// <summary>How often one action may be asked by one client.</summary>
internal class ClientLimitOptions
{
    public AllowanceOptions Client { get; set; } = new();
}

/// <summary>How often one action may be asked, by one client and for one identifier.</summary>
internal sealed class ActionLimitOptions : ClientLimitOptions
{
    public AllowanceOptions Identifier { get; set; } = new();
}

/// <summary>
/// Setting <c>OptOut:Limits</c>. The limits are kept in the memory of each instance: with N instances a client that reaches all of them may ask
/// up to N times as much, and a restart forgets. They are there against floods; what must hold exactly (how many mails an address gets) is kept in
/// the store instead. The defaults are generous, because an office or a telephone company may stand behind one address, and a Stop refused is worse
/// than a Stop too many.
/// </summary>
internal sealed class LimitOptions
{
    /// <summary>
    /// The header in which a proxy in front of the app writes the client's address, such as Front Door's <c>X-Azure-ClientIP</c>. Empty, the
    /// default: the address that the Functions host was called from. Set it only where nothing but that proxy reaches the app: anybody can
    /// write a header.
    /// </summary>
    public string ClientAddressHeader { get; set; } = "";

    public ActionLimitOptions PublicStop { get; set; } = Create(client: 300, TimeSpan.FromMinutes(10), identifier: 10, TimeSpan.FromHours(1));

    public ActionLimitOptions LinkMail { get; set; } = Create(client: 100, TimeSpan.FromMinutes(10), identifier: 10, TimeSpan.FromHours(1));

    /// <summary>Only by client: a code that nobody printed belongs to no identifier.</summary>
    public ClientLimitOptions CodeGuess { get; set; } = new() { Client = new() { Count = 60, Window = TimeSpan.FromMinutes(10) } };

    internal ClientLimitOptions For(LimitedAction action) => action switch
    {
        LimitedAction.PublicStop => PublicStop,
        LimitedAction.LinkMail => LinkMail,
        LimitedAction.CodeGuess => CodeGuess,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action that is limited."),
    };

    internal AllowanceOptions ForIdentifier(LimitedAction action) => For(action) is ActionLimitOptions limit
        ? limit.Identifier
        : throw new ArgumentOutOfRangeException(nameof(action), action, "Not an action that is limited by identifier.");

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
            errors.Add("OptOut:Limits:ClientAddressHeader is not the name of a header; give one as in 'X-Azure-ClientIP', or nothing.");
        foreach (var action in Enum.GetValues<LimitedAction>())
        {
            Check($"OptOut:Limits:{action}:Client", options.For(action).Client);
            if (options.For(action) is ActionLimitOptions limit)
                Check($"OptOut:Limits:{action}:Identifier", limit.Identifier);
        }

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
