namespace OptOut.Acknowledgement;

/// <summary>The number a person quotes to find an event again: the last twelve hex digits of its id, in threes of four.</summary>
public static class Reference
{
    public static string Of(Guid eventId)
    {
        var hex = eventId.ToString("N").ToUpperInvariant();
        return $"{hex[20..24]}-{hex[24..28]}-{hex[28..32]}";
    }
}
