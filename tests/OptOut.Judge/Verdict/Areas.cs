namespace OptOut.Judge;

/// <summary>The areas of the product where a mistake of a kind begins.</summary>
internal static class Areas
{
    public const string Intake = "functions/OptOut/Intake: what was answered was not durable, or not all of it",
        Part = "functions/OptOut/Records/ConsentStore.cs and Delivery/ApplyHandler.cs: of one submission, only a part was stored",
        Lost = Intake + "; or else functions/OptOut/Delivery: nobody was told what was stored",
        Store = "functions/OptOut/Records/ConsentStore.cs: state and ledger in one transaction",
        Ledger = "functions/OptOut/Consent/Ledger.cs: the text and the hash of an entry",
        Projection = "functions/OptOut/Records/ContactPoints/IdentifierIndex.cs: the rows of contact points",
        Pusher = "functions/OptOut/Delivery/VendorPusher.cs and ChannelHandler.cs: the push and what is written down of it",
        Undo = "functions/OptOut/Consent/Undo.cs and Web/Unsubscribe/UndoEndpoint.cs",
        Choices = "functions/OptOut/Consent/Preferences.cs and the entry that was used",
        Confirmation = "functions/OptOut/Delivery/ConfirmationHandler.cs and ConfirmationLog.cs",
        Outbox = "functions/OptOut/Messaging/Outbox.cs: the sweep",
        Entry = "the endpoint of this entry: see .github/ENDPOINTS.md";

    /// <summary>Where an undo that took back too much begins, if the person undid something; the likelier place first.</summary>
    public static string WithUndo(string area) => area == Undo ? area : $"{Undo}; or else {area}";

    /// <summary>Where something that is allowed without reason was loosened, by the last act that loosened anything.</summary>
    public static string Of(JournalledAct? act) => act?.Act switch
    {
        { Undoes: not null } => Undo,
        { Allows.Count: > 0 } => Choices,
        _ => Store,
    };
}
