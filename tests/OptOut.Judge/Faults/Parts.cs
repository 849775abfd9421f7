using Azure.Messaging.ServiceBus;

namespace OptOut.Judge.Faults;

/// <summary>The names of what runs.</summary>
internal static class Parts
{
    public const string Bus = "bus", Storage = "storage", Vendors = "vendors", BusTopic = "consent-changes";

    /// <summary>The instances of the functions.</summary>
    public static IReadOnlyList<string> Instances { get; } = ["A", "B"];

    public static IReadOnlyList<string> Subscriptions { get; } =
        ["apply", "email", "sms", "phone", "post", "vendor-retry", "confirmation", "link-mail"];

    /// <summary>
    /// Whether a dead letter stays one until a person at the vendor acts: Postmark lifts no entry that the recipient made there, so a
    /// person who asks for mail again cannot be given any.
    /// </summary>
    public static bool NeedsTheVendor(ServiceBusReceivedMessage dead) =>
        dead.DeadLetterErrorDescription?.Contains("Postmark does not lift", StringComparison.Ordinal) is true;
}
