namespace OptOut.Links;

/// <summary>The pages behind a link: the path segment after its token.</summary>
internal static class LinkSteps
{
    public const string Preferences = "preferences";
    public const string Undo = "undo";
    public const string Receipt = "receipt";
}
