using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Messaging;

namespace OptOut.Vendors.Twilio;

/// <summary>One consent of the bulk call, written as JSON into a form parameter.</summary>
internal sealed record TwilioConsent(
    [property: JsonPropertyName("contact_id")] string Contact,
    [property: JsonPropertyName("correlation_id")] string Correlation,
    [property: JsonPropertyName("sender_id")] string Sender,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("source")] string Source)
{
    public string ToJson() => JsonSerializer.Serialize(this, TwilioJson.Default.TwilioConsent);

    // A record prints its members, and one of these is a phone number.
    public override string ToString() => Correlation;
}

/// <summary>
/// Reads the result of each consent. The call as a whole succeeds even if none of them does: each has its own <c>error_code</c>, with 0
/// for success (https://www.twilio.com/docs/api/errors/30646).
/// </summary>
internal static class TwilioConsents
{
    private const string InternalError = "INTERNAL_SERVER_ERROR";

    // Twilio's error names: capitals and underscores. Anything else might quote what was sent.
    private const int MaxNames = 5, MaxName = 40;

    /// <param name="answer">The body of the response.</param>
    /// <param name="sent">The index of the sender in the settings, by correlation id.</param>
    /// <param name="call">The call that was made.</param>
    /// <returns>Null when every consent was accepted.</returns>
    public static VendorOutcome? Read(JsonElement answer, IReadOnlyDictionary<string, int> sent, VendorCall call)
    {
        if (answer.Items("items") is not { } items)
            return call.Unreadable();

        var answered = new HashSet<string>(StringComparer.Ordinal);
        var refused = new List<string>();
        var retry = false;
        foreach (var item in items)
        {
            if (item.Text("correlation_id") is not { } id || !sent.TryGetValue(id, out var sender)
                || item.Number("error_code") is not { } code)
                return call.Unreadable();
            answered.Add(id);
            if (code == 0)
                continue;
            var names = Names(item);
            if (names is [InternalError])
                retry = true;
            else
                refused.Add($"OptOut:Twilio:Senders:{sender} ({code}{(names.Length > 0 ? ": " : "")}{string.Join(", ", names)})");
        }

        // A temporary failure takes precedence: a wrong sender, which someone must fix, must not delay the others.
        if (retry)
            return new VendorOutcome.Transient(null, $"Twilio had an internal error in {call.Operation} (30646).");
        if (refused.Count > 0)
        {
            return new VendorOutcome.Rejected(
                $"Twilio did not accept the consent for {string.Join(", ", refused)}; "
                    + "INVALID_SENDER_ID means that the sender does not belong to the account.");
        }

        return answered.Count == sent.Count ? null : call.Unreadable();
    }

    private static string[] Names(JsonElement item) =>
        [.. item.Items("error_messages")?.Select(n => n.Text()).OfType<string>().Where(IsName).Take(MaxNames) ?? []];

    private static bool IsName(string text) => text.Length is > 0 and <= MaxName && text.All(c => char.IsAsciiLetterUpper(c) || c == '_');
}

[JsonSerializable(typeof(TwilioConsent))]
internal sealed partial class TwilioJson : JsonSerializerContext;
