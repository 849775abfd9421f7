using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Acknowledgement;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Http;
using OptOut.Identifiers;
using OptOut.Intake;
using OptOut.Pages;

namespace OptOut.Unsubscribe;

/// <summary>
/// <c>/unsubscribe</c>: for whoever has no working link. What is typed is stopped at once, known to us or not, and the answer is
/// the same for both.
/// </summary>
public sealed class PublicDoor(IdentifierIntake intake, PageRenderer renderer, PageViews views, IOptions<ControllerOptions> controller, TimeProvider time)
{
    /// <summary>Where the form is, in the language of the page that leads to it.</summary>
    internal static string Address(PageView view) => $"/unsubscribe?lang={view.Language.Code}";

    // The limits of a form sent in pieces too, whose length is not known before.
    private const int MaxFormBytes = 16 * 1024, MaxFieldLength = 2048;

    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var view = views.For(request);
        if (!HttpMethods.IsPost(request.Method))
            return await FormAsync(view, StatusCodes.Status200OK, "", "", null);

        var (email, phone) = await ReadAsync(request, cancellationToken);
        var identifiers = new List<Identifier>();
        string? error = null;
        if (email.Length > 0 && !Add(EmailAddress.TryParse(email, out var address), address))
            error = view.Language["public.error.email"];
        else if (phone.Length > 0 && !Add(PhoneNumber.TryParse(phone, controller.Value.PhoneRegion, out var number), number))
            error = view.Language["public.error.phone"];
        else if (identifiers.Count == 0)
            error = view.Language["public.error.none"];
        if (error is not null)
            return await FormAsync(view, StatusCodes.Status400BadRequest, email, phone, error);

        var now = time.GetUtcNow();
        var press = EventIds.New(now);
        foreach (var identifier in identifiers)
        {
            var stop = new IdentifierStop(identifier, Scope.Everything, now, Source.PublicPage, Evidence.None, press.ToString("N"), press);
            if (!await RecordAsync(stop, cancellationToken))
            {
                return new Later(await renderer.RenderAsync<DownPage>(
                    StatusCodes.Status503ServiceUnavailable, new Dictionary<string, object?> { [nameof(DownPage.View)] = view, [nameof(DownPage.Action)] = Address(view) }));
            }
        }

        return await renderer.RenderAsync<PublicPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = view,
            [nameof(PublicPage.Action)] = Address(view),
            [nameof(PublicPage.Done)] = true,
            [nameof(PublicPage.Reference)] = Reference.Of(press),
        });

        bool Add(bool parsed, Identifier identifier)
        {
            if (parsed)
                identifiers.Add(identifier);
            return parsed;
        }
    }

    private async Task<bool> RecordAsync(IdentifierStop stop, CancellationToken cancellationToken)
    {
        try
        {
            return await intake.RecordAsync(stop, AnswerWhen.Visible, cancellationToken) is not null;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return false; // The store cannot say whose it is: nothing was recorded, and the page says so.
        }
    }

    private static async Task<(string Email, string Phone)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxFormBytes)
            return ("", "");
        try
        {
            var form = await request.ReadFormAsync(new() { BufferBodyLengthLimit = MaxFormBytes, MultipartBodyLengthLimit = MaxFormBytes, KeyLengthLimit = MaxFieldLength, ValueLengthLimit = MaxFieldLength, ValueCountLimit = 20 }, cancellationToken);
            return (form["email"].ToString().Trim(), form["phone"].ToString().Trim());
        }
        catch (Exception e) when (e is InvalidDataException or IOException or BadHttpRequestException)
        {
            return ("", "");
        }
    }

    private Task<IResult> FormAsync(PageView view, int status, string email, string phone, string? error) => renderer.RenderAsync<PublicPage>(status, new Dictionary<string, object?>
    {
        [nameof(PublicPage.View)] = view,
        [nameof(PublicPage.Action)] = Address(view),
        [nameof(PublicPage.Email)] = email,
        [nameof(PublicPage.Phone)] = phone,
        [nameof(PublicPage.Error)] = error,
    });
}
