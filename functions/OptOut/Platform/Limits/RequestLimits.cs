using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Platform.Limits;

/// <summary>Who used up the allowance that a request needs.</summary>
internal enum LimitedBy
{
    /// <summary>Nobody: the request is permitted.</summary>
    Nobody,

    /// <summary>The client itself.</summary>
    Client,

    /// <summary>Others: the rest of its IPv6 /48, or all clients together.</summary>
    Others,
}

/// <summary>
/// Limits how often an endpoint may be called by one client (an IPv4 address or an IPv6 /64), by all clients of an IPv6 /48 together, by
/// everybody together where the action has such a limit, or for one identifier. Each instance counts for itself, in a fixed amount of
/// memory. Addresses and identifiers are hashed with a key that exists only in this process.
/// </summary>
internal sealed class RequestLimits(IOptions<LimitOptions> options, TimeProvider time) : IDisposable
{
    private const byte ClientLevel = 0, SiteLevel = 1, EveryoneLevel = 2;

    private readonly KeyedHash _hash = new(RandomNumberGenerator.GetBytes(KeyedHash.Length), "optout/limits/v1");

    // Separate tables, so that a flood of clients replaces neither the entries of identifiers nor those of the sites it comes from.
    private readonly Allowances _clients = new();
    private readonly Allowances _sites = new();
    private readonly Allowances _identifiers = new();

    /// <summary>Counts one request of a client.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">The requested action.</param>
    /// <param name="wait">Zero, or the time until the client may try again.</param>
    /// <returns>False if the client, or those it is counted with, is over the limit; nothing is then counted.</returns>
    public bool TryAcquireForClient(HttpRequest request, LimitedAction action, out TimeSpan wait) =>
        Check(request, action, take: true, out wait) == LimitedBy.Nobody;

    /// <summary>Checks every limit of a client, and counts the request only if all of them permit it.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">The requested action.</param>
    /// <param name="take">Whether to count it; false for an endpoint that counts only failures, such as wrong codes.</param>
    /// <param name="wait">Zero, or the time until the client may try again.</param>
    public LimitedBy Check(HttpRequest request, LimitedAction action, bool take, out TimeSpan wait)
    {
        var limit = options.Value.For(action);
        var (client, site) = (ClientKey(request, action), SiteKey(request, action));
        if (!Try(_clients, client, limit.Client, take: false, out wait))
            return LimitedBy.Client;
        if (!TryOthers(limit, action, site, take: false, out wait))
            return LimitedBy.Others;
        if (!take)
            return LimitedBy.Nobody;
        if (!Try(_clients, client, limit.Client, take: true, out wait))
            return LimitedBy.Client; // Another request of this client came in between.
        return TryOthers(limit, action, site, take: true, out wait) ? LimitedBy.Nobody : LimitedBy.Others;
    }

    /// <summary>Counts one request for an identifier, from any client.</summary>
    /// <param name="identifier">Any identifier, whether or not it is in the store.</param>
    /// <param name="action">The requested action.</param>
    /// <param name="wait">Zero, or the time until the next request is permitted.</param>
    /// <returns>False if the identifier is over its limit; nothing is then counted.</returns>
    public bool TryAcquireForIdentifier(Identifier identifier, LimitedAction action, out TimeSpan wait) =>
        Try(
            _identifiers,
            Key(Encoding.UTF8.GetBytes($"{action}\n{identifier.Kind}\n{identifier.Value}")),
            options.Value.ForIdentifier(action),
            take: true,
            out wait);

    public void Dispose() => _hash.Dispose();

    private bool TryOthers(ClientLimitOptions limit, LimitedAction action, ulong? site, bool take, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        return (site is not { } key || Try(_sites, key, limit.Client, take, out wait, options.Value.SiteFactor))
            && (limit is not GuessLimitOptions guess || Try(_sites, Key([(byte)action, EveryoneLevel]), guess.Everyone, take, out wait));
    }

    private bool Try(Allowances allowances, ulong key, AllowanceOptions allowance, bool take, out TimeSpan wait, int factor = 1) =>
        allowances.TryTake(key, time.GetUtcNow(), allowance.Interval / factor, allowance.Window, take, out wait);

    private ulong ClientKey(HttpRequest request, LimitedAction action)
    {
        Span<byte> text = stackalloc byte[2 + 16];
        (text[0], text[1]) = ((byte)action, ClientLevel);
        return Key(text[..(2 + ClientAddress.Write(request.HttpContext.Connection, text[2..]))]);
    }

    private ulong? SiteKey(HttpRequest request, LimitedAction action)
    {
        Span<byte> text = stackalloc byte[2 + 16];
        (text[0], text[1]) = ((byte)action, SiteLevel);
        return ClientAddress.WriteSite(request.HttpContext.Connection, text[2..]) is > 0 and var length ? Key(text[..(2 + length)]) : null;
    }

    private ulong Key(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        _hash.Compute(text, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
