namespace OptOut.Judge.Faults;

/// <summary>The names of what runs.</summary>
internal static class Parts
{
    public const string Bus = "bus", Storage = "storage", Vendors = "vendors", BusTopic = "consent-changes";

    /// <summary>The instances of the functions.</summary>
    public static IReadOnlyList<string> Instances { get; } = ["A", "B"];

    public static IReadOnlyList<string> Subscriptions { get; } = ["apply", "email", "sms", "phone", "post", "confirmation", "link-mail"];
}
