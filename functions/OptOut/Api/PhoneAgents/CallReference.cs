using OptOut.Identity;

namespace OptOut.Api.PhoneAgents;

/// <summary>
/// The call in which a person said it, and the agent who heard it. Both stand in the ledger for good, so neither may name anybody.
/// </summary>
/// <param name="Agent">The agent's number at the call centre.</param>
/// <param name="Call">The dialler's own number of the call, which no other call has.</param>
internal sealed record CallReference(string Agent, string Call)
{
    // With the words around them they fit the 200 characters of an evidence's reference.
    internal const int MaxAgent = 60, MaxCall = 120;

    // A country code and a digit more or less: what is left of a number is still that number.
    private const int TellingDigits = 8;

    public string Reference => $"agent {Agent}, call {Call}";

    /// <param name="region">Of numbers without a country: ISO 3166-1 alpha-2.</param>
    /// <param name="named">The contact points given with it.</param>
    /// <param name="errors">What is wrong, by field, with the mend.</param>
    public static CallReference Read(string? agent, string? call, string region, IReadOnlyCollection<Identifier> named, List<(string Field, string Problem)> errors)
    {
        agent = Read("agent", agent, MaxAgent, "the agent's number at the call centre");
        call = Read("call", call, MaxCall, "the dialler's own number of this call, which no other call has");
        return new CallReference(agent, call);

        // The text itself is not repeated: answers end up in logs.
        string Read(string field, string? text, int most, string what)
        {
            text = text?.Trim() ?? "";
            if (text.Length is 0 || text.Length > most || text.Any(c => c is < ' ' or > '~'))
                errors.Add((field, $"Give {what}: 1 to {most} printable ASCII characters."));
            else if (text.Contains('@', StringComparison.Ordinal))
                errors.Add((field, $"It looks like an e-mail address, and the ledger keeps it for good. Give {what}, without an @."));
            else if (IsPhoneNumber(text, region) || named.Any(i => i.Kind == IdentifierKind.Phone && Digits(text).Contains(i.Value[^TellingDigits..], StringComparison.Ordinal)))
                errors.Add((field, $"It holds a telephone number, and the ledger keeps it for good. Give {what}."));
            return text;
        }
    }

    // Only what is written as one: most call numbers are digits too.
    private static bool IsPhoneNumber(string text, string region) =>
        text.TrimStart('(') is ['+' or '0', ..] && text.All(c => char.IsAsciiDigit(c) || "+()/.- ".Contains(c, StringComparison.Ordinal)) && PhoneNumber.TryParse(text, region, out _);

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
}
