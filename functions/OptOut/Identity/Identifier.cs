using OptOut.Consent;
using OptOut.Identity.Postal;

namespace OptOut.Identity;

internal enum IdentifierKind
{
    Email,
    Phone,
    Postal,
}

/// <summary>
/// A contact point, always in normal form, so that equal contact points are equal values. Created only by
/// <see cref="EmailAddress"/>, <see cref="PhoneNumber"/> and <see cref="PostalKey"/>.
/// </summary>
internal readonly record struct Identifier
{
    internal Identifier(IdentifierKind kind, string value) => (Kind, Value) = (kind, value);

    public IdentifierKind Kind { get; }

    /// <summary>The normal form. Personal data: never write it to a log, a URL, a metric or an exception message.</summary>
    public string Value { get; }

    public IReadOnlyList<Channel> Channels => Kind switch
    {
        IdentifierKind.Email => [Channel.Email],
        IdentifierKind.Phone => [Channel.Sms, Channel.Phone],
        _ => [Channel.Post],
    };

    public static IdentifierKind KindFor(Channel channel) => channel switch
    {
        Channel.Email => IdentifierKind.Email,
        Channel.Post => IdentifierKind.Postal,
        _ => IdentifierKind.Phone,
    };

    /// <summary>
    /// Masked (<c>j...@example.com</c>, <c>+32...89</c>, <c>90...</c>): safe to show to the person, and harmless if logged by accident.
    /// </summary>
    public override string ToString() => Kind switch
    {
        IdentifierKind.Email => $"{Value[..(char.IsSurrogate(Value[0]) ? 2 : 1)]}...{Value[Value.LastIndexOf('@')..]}",
        IdentifierKind.Phone => $"{Value[..3]}...{Value[^2..]}",
        _ => $"{Value.AsSpan(3, Math.Min(2, Value.Length - 3))}...",
    };
}
