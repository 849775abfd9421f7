using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.SendGrid;

/// <summary>SendGrid's signed event webhook: believed by its <see cref="SendGridSignature"/>, and then read.</summary>
public sealed class SendGridEventWebhook
{
    public const string SignatureHeader = SendGridSignature.SignatureHeader;
    public const string TimestampHeader = SendGridSignature.TimestampHeader;

    private readonly SendGridSignature _signature;
    private readonly SendGridEvents _events;

    internal SendGridEventWebhook(IOptions<SendGridOptions> options, SendGridLists lists, TimeProvider time)
    {
        _signature = new SendGridSignature(options.Value.EventPublicKeys);
        _events = new SendGridEvents(lists, time);
    }

    /// <summary>Verifies the body and only then reads it. Throws on nothing a sender can send.</summary>
    /// <param name="signature">The header <see cref="SignatureHeader"/>.</param>
    /// <param name="timestamp">The header <see cref="TimestampHeader"/>.</param>
    /// <param name="body">The body's bytes as they came, before anything decoded them.</param>
    /// <param name="signals">What the events say, when the signature is that of a configured key.</param>
    public bool TryRead(string? signature, string? timestamp, ReadOnlyMemory<byte> body, [NotNullWhen(true)] out VendorSignals? signals)
    {
        signals = _signature.Verify(signature, timestamp, body.Span) ? _events.Read(body.Span) : null;
        return signals is not null;
    }
}
