using OptOut.Consent;

namespace OptOut.Acknowledgement;

/// <summary>The number a person quotes to find again what they did: the last twelve hex digits of the act's id, in threes of four.</summary>
public static class Reference
{
    public static string Of(Change change) => Of(change.Act);

    public static string Of(Guid act)
    {
        var hex = act.ToString("N").ToUpperInvariant();
        return $"{hex[20..24]}-{hex[24..28]}-{hex[28..32]}";
    }
}
