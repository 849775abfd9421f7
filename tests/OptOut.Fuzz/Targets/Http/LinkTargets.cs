using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;

namespace OptOut.Fuzz.Targets.Http;

/// <summary>What stops somebody by a link must contain the link's token, whole.</summary>
internal abstract class LinkRequestTarget(string function) : RequestTarget(function)
{
    public override IReadOnlyList<string> Code =>
        ["OptOut.Web.Unsubscribe", "OptOut.Links.LinkText", "OptOut.Web.Pages.P", "OptOut.Platform.Http.SmallForm"];

    protected override void Verify(RawRequest request, int status, byte[] body, int published)
    {
        if (published == 0 || !request.Path.StartsWith("/u/", StringComparison.Ordinal))
            return;
        var letters = string.Concat(Uri.UnescapeDataString(request.Path).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        BrokenPropertyException.ThrowUnless(
            letters.Contains(ProductInMemory.Instance.Token, StringComparison.Ordinal),
                "Something is recorded for a token that was never issued.");
    }
}

internal sealed class LinkTarget() : LinkRequestTarget("Link");

internal sealed class LinkStepTarget() : LinkRequestTarget("LinkStep");
