using Microsoft.AspNetCore.Http;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Web.Pages;

namespace OptOut.Web.PublicForm;

/// <summary>
/// "Send me my link", the second form on the public page. It looks nothing up: the hash of the address goes over the bus, and the response
/// is the same for every address. It records nothing either.
/// </summary>
internal sealed class LinkRequestEndpoint(
    ChangePublisher bus,
    IdentifierProtector protector,
    RequestLimits limits,
    TooManyRequestsResponse tooMany,
    PageRenderer renderer,
    TimeProvider time)
{
    internal async Task<IResult> AnswerAsync(HttpRequest request, PageView view, TypedForm typed)
    {
        if (typed.Honeypot.Length > 0)
            return await FormAsync(view, typed, "public.error.trap");
        if (!EmailAddress.TryParse(typed.Email, out var address))
            return await FormAsync(view, typed, "public.link.error");
        if (!limits.TryAcquireForClient(request, LimitedAction.LinkMail, out var wait)
            || !limits.TryAcquireForIdentifier(address, LimitedAction.LinkMail, out wait))
        {
            return await tooMany.CreateAsync(view, wait, view.PublicFormAddress);
        }

        var now = time.GetUtcNow();
        if (await bus.TryPublishAsync(new LinkMailRequest(protector.Hash(address), view.Language, now, EventIds.New(now))))
        {
            return await renderer.RenderAsync<LinkRequestPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
            {
                [nameof(LinkRequestPage.View)] = view,
                [nameof(LinkRequestPage.Action)] = view.PublicFormAddress,
                [nameof(LinkRequestPage.Accepted)] = true,
            });
        }

        return new RetryAfterResult(
            await renderer.RenderAsync<UnavailablePage>(StatusCodes.Status503ServiceUnavailable, new Dictionary<string, object?>
            {
                [nameof(UnavailablePage.View)] = view,
                [nameof(UnavailablePage.Body)] = "public.link.down",
                [nameof(UnavailablePage.Action)] = view.PublicFormAddress,
            }));
    }

    private Task<IResult> FormAsync(PageView view, TypedForm typed, string error) =>
        renderer.RenderAsync<LinkRequestPage>(StatusCodes.Status400BadRequest, new Dictionary<string, object?>
        {
            [nameof(LinkRequestPage.View)] = view,
            [nameof(LinkRequestPage.Action)] = view.PublicFormAddress,
            [nameof(LinkRequestPage.Email)] = typed.Email,
            [nameof(LinkRequestPage.Error)] = error,
        });
}
