using System.Text.Json.Serialization;

namespace OptOut.Vendors.SendGrid;

/// <summary>The SMTP envelope of a mail, from the form field <c>envelope</c>.</summary>
internal sealed record SendGridEnvelope(
    [property: JsonPropertyName("to")] IReadOnlyList<string?>? To, [property: JsonPropertyName("from")] string? From);

[JsonSerializable(typeof(SendGridEnvelope))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class SendGridInboundJson : JsonSerializerContext;
