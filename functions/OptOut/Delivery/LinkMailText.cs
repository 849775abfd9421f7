using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Delivery;

/// <summary>The text of the mail with the link, plain and HTML. No marketing and no pictures; it states that nothing has changed.</summary>
internal sealed class LinkMailText(LinkHeaders links, ComponentRenderer components, IOptions<ControllerOptions> controller)
{
    /// <param name="request">The request for the mail.</param>
    /// <param name="to">The address that was typed.</param>
    /// <param name="owners">The people with this address, at least one. People who share it get one mail with a link each.</param>
    /// <param name="language">The person's; null uses the language of the request.</param>
    public async Task<OutgoingMail> WriteAsync(LinkMailRequest request, Identifier to, IReadOnlyList<SubjectKey> owners, string? language)
    {
        var options = controller.Value;
        var words = Language.Find(language) ?? request.Language;
        var subject = words["public.mail.subject"];
        string[] before =
        [
            words.Format("public.mail.asked", options.Name),
            .. owners.Count > 1 ? [words["public.mail.several"]] : Array.Empty<string>(),
            words["public.mail.use"],
        ];
        string[] after =
            [words["public.mail.personal"], words["public.mail.not.you"], words.Format("confirmation.contact", options.PrivacyAddress)];
        var urls = owners
            .Select(
                owner => $"{links.Write(new Link(owner, Channel.Email, 0, request.At, 0)).Url}/{LinkPages.Preferences}?lang={words.Code}")
            .ToArray();
        return new OutgoingMail(
            to,
            ToName: null,
            $"{options.Name}: {subject}",
            $"{string.Join("\n\n", [.. before, .. urls, .. after])}\n",
            await components.RenderAsync<LinkMailHtml>(new Dictionary<string, object?>
            {
                [nameof(LinkMailHtml.Language)] = words,
                [nameof(LinkMailHtml.Title)] = subject,
                [nameof(LinkMailHtml.Before)] = before,
                [nameof(LinkMailHtml.Urls)] = urls,
                [nameof(LinkMailHtml.After)] = after,
            }),
            words.Code,
            $"link-{request.Id:N}");
    }
}
