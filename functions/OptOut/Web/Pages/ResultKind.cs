namespace OptOut.Web.Pages;

/// <summary>What the person did, as shown on the result page.</summary>
public enum ResultKind
{
    Stopped,
    Saved,
    Undone,
}
