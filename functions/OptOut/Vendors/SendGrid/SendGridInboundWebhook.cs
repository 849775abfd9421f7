using System.Globalization;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.SendGrid;

/// <summary>SendGrid's Inbound Parse webhook, with a security policy that signs: believed by its <see cref="SendGridSignature"/>, and then read.</summary>
public sealed class SendGridInboundWebhook
{
    private readonly SendGridSignature _signature;
    private readonly TimeProvider _time;

    internal SendGridInboundWebhook(IOptions<SendGridOptions> options, TimeProvider time) =>
        (_signature, _time) = (new SendGridSignature(options.Value.InboundPublicKeys), time);

    internal bool HasKey => _signature.HasKey;

    /// <returns>The form, when a configured key signed it; else null.</returns>
    internal SendGridInboundForm? Read(string? signature, string? timestamp, ReadOnlyMemory<byte> body, string? contentType) =>
        _signature.Verify(signature, timestamp, body.Span) ? SendGridInboundForm.Read(body, contentType) : null;

    /// <summary>
    /// The moment SendGrid signed. A request caught and sent again tells the moment it told then, so it undoes nothing that the person decided since.
    /// </summary>
    internal DateTimeOffset Moment(string? timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : _time.GetUtcNow();
}
