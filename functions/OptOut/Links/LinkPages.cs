namespace OptOut.Links;

/// <summary>The pages of a link: the path segment after the token.</summary>
internal static class LinkPages
{
    public const string Preferences = "preferences";
    public const string Undo = "undo";
    public const string Receipt = "receipt";
}
