using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Identity;

namespace OptOut.Platform.Limits;

/// <summary>
/// Says when an endpoint is asked too often: by one client (an IPv4 address or an IPv6 /64), or for one identifier. Kept by this instance alone, in
/// memory of a fixed size; addresses and identifiers are known by a hash under a key that dies with the process.
/// </summary>
internal sealed class RequestLimits(IOptions<LimitOptions> options, TimeProvider time) : IDisposable
{
    private readonly KeyedHash _hash = new(RandomNumberGenerator.GetBytes(KeyedHash.Length), "optout/limits/v1");

    // Apart, so that a flood of clients does not push out what is known of identifiers.
    private readonly Allowances _clients = new();
    private readonly Allowances _identifiers = new();

    /// <summary>Counts one ask of a client.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="action">What it asks.</param>
    /// <param name="wait">Zero, or how long until it may ask again.</param>
    /// <returns>False when it has asked too often; then nothing is counted.</returns>
    public bool TryByClient(HttpRequest request, LimitedAction action, out TimeSpan wait) =>
        Try(_clients, ClientKey(request, action), options.Value.For(action).Client, take: true, out wait);

    /// <summary>The same without counting: for an endpoint that counts only what failed, as guesses are.</summary>
    public bool MayByClient(HttpRequest request, LimitedAction action, out TimeSpan wait) =>
        Try(_clients, ClientKey(request, action), options.Value.For(action).Client, take: false, out wait);

    /// <summary>Counts one ask for an identifier, whoever asks.</summary>
    /// <param name="identifier">Known to us or not: it makes no difference.</param>
    /// <param name="action">What is asked.</param>
    /// <param name="wait">Zero, or how long until it may be asked again.</param>
    /// <returns>False when it was asked too often; then nothing is counted.</returns>
    public bool TryByIdentifier(Identifier identifier, LimitedAction action, out TimeSpan wait) =>
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
