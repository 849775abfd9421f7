namespace OptOut.Judge;

/// <summary>A contact point in its normal form.</summary>
/// <param name="Kind"><c>Email</c>, <c>Phone</c> or <c>Postal</c>.</param>
internal readonly record struct Contact(string Kind, string Value)
{
    public const string Email = "Email", Phone = "Phone", Postal = "Postal";

    public IReadOnlyList<string> Channels => Kind switch
    {
        Email => ["email"],
        Phone => ["sms", "phone"],
        _ => ["post"],
    };

    public IEnumerable<Cell> Cells => Channels.SelectMany(Cell.On);

    public static Contact Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new Contact(text[..colon], text[(colon + 1)..]);
    }

    public override string ToString() => $"{Kind}:{Value}";
}
