using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Platform.Limits;

/// <summary>
/// Limits how often an endpoint may be called by one client (an IPv4 address or an IPv6 /64) or for one identifier. Each instance counts
/// for itself, in a fixed amount of memory. Addresses and identifiers are hashed with a key that exists only in this process.
/// </summary>
internal sealed class RequestLimits(IOptions<LimitOptions> options, TimeProvider time) : IDisposable
{
    private readonly KeyedHash _hash = new(RandomNumberGenerator.GetBytes(KeyedHash.Length), "optout/limits/v1");

    // Separate tables, so that a flood of clients does not replace the entries of identifiers.
    private readonly Allowances _clients = new();
    private readonly Allowances _identifiers = new();

    /// <summary>Counts one request of a client.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">The requested action.</param>
    /// <param name="wait">Zero, or the time until the client may try again.</param>
    /// <returns>False if the client is over its limit; nothing is then counted.</returns>
    public bool TryAcquireForClient(HttpRequest request, LimitedAction action, out TimeSpan wait) =>
        Try(_clients, ClientKey(request, action), options.Value.For(action).Client, take: true, out wait);

    /// <summary>Checks the limit without counting, for an endpoint that counts only failures, such as wrong codes.</summary>
    public bool CanAcquireForClient(HttpRequest request, LimitedAction action, out TimeSpan wait) =>
        Try(_clients, ClientKey(request, action), options.Value.For(action).Client, take: false, out wait);

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

    private bool Try(Allowances allowances, ulong key, AllowanceOptions allowance, bool take, out TimeSpan wait) =>
        allowances.TryTake(key, time.GetUtcNow(), allowance.Interval, allowance.Window, take, out wait);

    private ulong ClientKey(HttpRequest request, LimitedAction action)
    {
        Span<byte> text = stackalloc byte[1 + 16];
        text[0] = (byte)action;
        return Key(text[..(1 + ClientAddress.Write(request.HttpContext.Connection, text[1..]))]);
    }

    private ulong Key(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        _hash.Compute(text, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
