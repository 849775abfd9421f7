using OptOut.Identity;

namespace OptOut.Api.PhoneAgents;

/// <summary>
/// The call in which a person opted out, and the agent who took it. The ledger keeps both permanently, so neither may identify a person.
/// </summary>
/// <param name="AgentId">The agent's number at the call centre.</param>
/// <param name="CallId">The dialler's unique number of the call.</param>
internal sealed record CallReference(string AgentId, string CallId)
{
    // Together with the words around them, they fit in the 200 characters of ChangeEvidence.Reference.
    internal const int MaxAgent = 60, MaxCall = 120;

    // The last digits of a phone number identify it even without the country code or the first digit.
    private const int IdentifyingDigits = 8;

    public string Reference => $"agent {AgentId}, call {CallId}";

    /// <param name="region">The country of numbers without a country code: ISO 3166-1 alpha-2.</param>
    /// <param name="named">The contact points given in the same request.</param>
    /// <param name="errors">Receives each error with its field and how to fix it.</param>
    public static CallReference Read(
        string? agent, string? call, string region, IReadOnlyCollection<Identifier> named, List<(string Field, string Problem)> errors)
    {
        agent = Read("agent", agent, MaxAgent, "the agent's number at the call centre");
        call = Read("call", call, MaxCall, "the dialler's unique number of this call");
        return new CallReference(agent, call);

        // The text itself is not repeated: responses end up in logs.
        string Read(string field, string? text, int most, string what)
        {
            text = VisibleText.Of(text ?? "").Trim();
            if (text.Length is 0 || text.Length > most || text.Any(c => c is < ' ' or > '~'))
            {
                errors.Add((field, $"Give {what}: 1 to {most} printable ASCII characters."));
            }
            else if (text.Contains('@', StringComparison.Ordinal))
            {
                errors.Add((field, $"It looks like an e-mail address, and the ledger keeps it permanently. Give {what}, without an @."));
            }
            else if (IsPhoneNumber(text, region)
                || named.Any(
                    i => i.Kind == IdentifierKind.Phone && Digits(text).Contains(i.Value[^IdentifyingDigits..], StringComparison.Ordinal)))
            {
                errors.Add((field, $"It contains a telephone number, and the ledger keeps it permanently. Give {what}."));
            }

            return text;
        }
    }

    // Only text written as a telephone number counts: most call numbers are all digits too.
    private static bool IsPhoneNumber(string text, string region) =>
        text.TrimStart('(') is ['+' or '0', ..]
        && text.All(c => char.IsAsciiDigit(c) || "+()/.- ".Contains(c, StringComparison.Ordinal))
        && PhoneNumber.TryParse(text, region, out _);

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
}
