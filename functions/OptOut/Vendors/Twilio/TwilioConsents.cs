using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Messaging;

namespace OptOut.Vendors.Twilio;

/// <summary>One consent of the bulk call, written as JSON into a parameter of the form.</summary>
internal sealed record TwilioConsent(
    [property: JsonPropertyName("contact_id")] string Contact,
    [property: JsonPropertyName("correlation_id")] string Correlation,
    [property: JsonPropertyName("sender_id")] string Sender,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("source")] string Source)
{
    public string ToJson() => JsonSerializer.Serialize(this, TwilioJson.Default.TwilioConsent);

    // A record prints its members, and one of these is a number.
    public override string ToString() => Correlation;
}

/// <summary>
/// Reads what became of each consent. The call succeeds as a whole even where none of them does: each has its own <c>error_code</c>, 0 for taken
/// (https://www.twilio.com/docs/api/errors/30646).
/// </summary>
internal static class TwilioConsents
{
    private const string TheirFault = "INTERNAL_SERVER_ERROR";

    // Their names of errors: capitals and underscores. Anything else might quote what was sent.
    private const int MaxNames = 5, MaxName = 40;

    /// <param name="answer">The body.</param>
    /// <param name="sent">The number of the sender in the settings, by correlation id.</param>
    /// <param name="call">What was asked.</param>
    /// <returns>Null when every consent was taken.</returns>
    public static VendorOutcome? Read(JsonElement answer, IReadOnlyDictionary<string, int> sent, VendorCall call)
    {
        if (answer.Items("items") is not { } items)
            return call.Unreadable();

        var answered = new HashSet<string>(StringComparer.Ordinal);
        var refused = new List<string>();
        var again = false;
        foreach (var item in items)
        {
            if (item.Text("correlation_id") is not { } id || !sent.TryGetValue(id, out var sender)
                || item.Number("error_code") is not { } code)
                return call.Unreadable();
            answered.Add(id);
            if (code == 0)
                continue;
            var names = Names(item);
            if (names is [TheirFault])
                again = true;
            else
                refused.Add($"OptOut:Twilio:Senders:{sender} ({code}{(names.Length > 0 ? ": " : "")}{string.Join(", ", names)})");
        }

        // What may work later first: a sender that is wrong must not keep the others waiting for a person.
        if (again)
            return new VendorOutcome.Transient(null, $"Twilio had a fault of its own at {call.Operation} (30646).");
        if (refused.Count > 0)
            return new VendorOutcome.Rejected($"Twilio did not take the consent for {string.Join(", ", refused)}; INVALID_SENDER_ID means that the sender is not the account's.");
        return answered.Count == sent.Count ? null : call.Unreadable();
    }

    private static string[] Names(JsonElement item) =>
        [.. item.Items("error_messages")?.Select(n => n.Text()).OfType<string>().Where(IsName).Take(MaxNames) ?? []];

    private static bool IsName(string text) => text.Length is > 0 and <= MaxName && text.All(c => char.IsAsciiLetterUpper(c) || c == '_');
}

[JsonSerializable(typeof(TwilioConsent))]
internal sealed partial class TwilioJson : JsonSerializerContext;
