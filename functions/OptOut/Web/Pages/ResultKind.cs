namespace OptOut.Web.Pages;

/// <summary>What a person did that the result page tells of.</summary>
public enum ResultKind
{
    Stopped,
    Saved,
    Undone,
}
