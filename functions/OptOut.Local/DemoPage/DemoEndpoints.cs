using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Local.Mailbox;
using OptOut.Platform;

namespace OptOut.Local.DemoPage;

/// <summary>
/// <c>/</c> on this machine: an inbox of marketing mails and, beside it, the effects of pressing the Unsubscribe button. Every change
/// goes through the product's own endpoints; the page itself only reads. Works without JavaScript: every POST answers 303 to the page.
/// </summary>
internal sealed class DemoEndpoints(
    DemoPeople people,
    PersonReader reader,
    SandboxClient sandbox,
    MailClient mailClient,
    Backlog backlog,
    ReconciliationRun nightly,
    DemoDocuments documents,
    TopicCatalogue catalogue,
    IConfiguration settings,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    /// <param name="routes">The routes to add the page to.</param>
    /// <param name="demo">Called at the first request, when the settings have been validated.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<DemoEndpoints> demo)
    {
        var here = routes.MapGroup("").AddEndpointFilter(LocalRequestFilter.FilterAsync);
        here.MapGet("/", (string? mail, CancellationToken cancel) => HandleOutageAsync(() => demo().ShowAsync(mail, cancel)));
        here.MapGet("/demo/style.css", () => DemoDocuments.File("style.css", "text/css; charset=utf-8"));
        here.MapGet("/demo/live.js", () => DemoDocuments.File("live.js", "text/javascript; charset=utf-8"));
        here.MapGet("/demo/icon.svg", () => DemoDocuments.File("icon.svg", "image/svg+xml"));
        here.MapGet("/favicon.ico", () => DemoDocuments.File("icon.svg", "image/svg+xml")); // Browsers request it for the report.
        here.MapGet(
            "/demo/mails/{mail}", (string mail, CancellationToken cancel) => HandleOutageAsync(() => demo().ReadAsync(mail, cancel)));
        here.MapGet(
            "/demo/mails/{mail}.eml", (string mail, CancellationToken cancel) => HandleOutageAsync(() => demo().SaveAsync(mail, cancel)));
        here.MapGet(
            "/demo/received/{id}", (string id, CancellationToken cancel) => HandleOutageAsync(() => demo().ReceivedAsync(id, cancel)));
        here.MapGet(ReconciliationRun.LatestPath, (CancellationToken cancel) => HandleOutageAsync(() => demo().ReportAsync(cancel)));

        here.MapPost(
            "/demo/mails/{mail}/unsubscribe",
            (string mail, CancellationToken cancel) => HandleOutageAsync(() => demo().PressAsync(mail, cancel)));
        here.MapPost(
            "/demo/mails/{mail}/vendor-link",
            (string mail, HttpRequest request, CancellationToken cancel) => HandleOutageAsync(
                () => demo().UnsubscribeAtVendorAsync(mail, request, cancel)));
        here.MapPost(
            "/demo/mails/{mail}/vendor-removal",
            (string mail, CancellationToken cancel) => HandleOutageAsync(() => demo().RemoveAtVendorAsync(mail, cancel)));
        here.MapPost("/demo/people", (CancellationToken cancel) => HandleOutageAsync(() => demo().ReplacePeopleAsync(cancel)));
        here.MapPost(ReconciliationRun.Path, () => demo().Reconcile());
        here.MapGet(ReconciliationRun.Path, (CancellationToken cancel) => demo().ReconciliationAsync(cancel));
    }

    private async Task<IResult> ShowAsync(string? key, CancellationToken cancellationToken)
    {
        var inbox = await people.InboxAsync(cancellationToken);
        var selected = inbox.Find(key);
        var stopped = new HashSet<string>(StringComparer.Ordinal);
        foreach (var person in inbox.People)
        {
            if (await reader.IsStoppedAsync(person, cancellationToken))
                stopped.Add(person.Key);
        }

        return await documents.PageAsync(new DemoView(
            controller.Value,
            catalogue,
            inbox,
            selected,
            stopped,
            await reader.ReadAsync(selected.Person, cancellationToken),
            await backlog.CountAsync()));
    }

    private async Task<IResult> ReadAsync(string key, CancellationToken cancellationToken) =>
        await MailAsync(key, cancellationToken) is { } mail ? DemoDocuments.Mail(mail.Message.HtmlBody!) : NoSuchMail();

    private async Task<IResult> SaveAsync(string key, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { } mail)
            return NoSuchMail();
        using var bytes = new MemoryStream();
        await mail.Message.WriteToAsync(bytes, cancellationToken);
        return Results.Bytes(bytes.ToArray(), "message/rfc822", $"{mail.Key}.eml");
    }

    private async Task<IResult> ReceivedAsync(string id, CancellationToken cancellationToken)
    {
        var mails = VendorLists.Entries((await sandbox.StateAsync(cancellationToken))?["sendgrid"]?["mails"]);
        return mails.FirstOrDefault(mail => mail["messageId"]?.GetValue<string>() == id)?["html"]?.GetValue<string>() is { } html
            ? DemoDocuments.Mail(html)
            : NoSuchMail();
    }

    private async Task<IResult> PressAsync(string key, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { Button: MailButton.Shown button } mail)
            return NoSuchMail();
        var at = time.GetUtcNow();
        try
        {
            // Not cancelled when the person closes the page: the press counts anyway.
            mail.Press = new Press(at, await mailClient.PressAsync(button, OneClickEncoding.Multipart, CancellationToken.None), null);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            mail.Press = new Press(at, null, "The POST got no answer. Are the functions running?");
        }

        return Back(mail, $"mail-{mail.Key}");
    }

    private async Task<IResult> UnsubscribeAtVendorAsync(string key, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { } mail)
            return NoSuchMail();
        var sendEvent = request.Query["event"] != "lost";
        var group = settings.GetSection("OptOut:SendGrid:Groups").GetValue<int>(mail.Topic);
        var who = mail.Person.FirstName;
        return await AtVendorAsync(mail, async () =>
        {
            var eventStatus = await sandbox.UnsubscribeAsync(mail.Person.Email, group, sendEvent, cancellationToken);
            var list = string.Create(CultureInfo.InvariantCulture, $"SendGrid put {who} on the list of its group {group}");
            return eventStatus is { } status
                ? string.Create(
                    CultureInfo.InvariantCulture, $"{list} and notified us with its signed event, which we answered with {status}.")
                : $"{list}, but its event got lost, so we have not recorded it yet. The nightly reconciliation will find it.";
        });
    }

    private async Task<IResult> RemoveAtVendorAsync(string key, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { } mail)
            return NoSuchMail();
        var who = mail.Person.FirstName;
        return await AtVendorAsync(mail, async () => await sandbox.RemoveAsync(mail.Person.Email, cancellationToken) switch
        {
            0 => $"{who} was on none of SendGrid's lists, so there was nothing to remove.",
            var lists => string.Create(
                CultureInfo.InvariantCulture,
                $"Someone removed {who} from {lists} of SendGrid's lists. If {who} has opted out, SendGrid would deliver mail "
                    + $"again; the nightly reconciliation will restore the entries."),
        });
    }

    private async Task<IResult> ReplacePeopleAsync(CancellationToken cancellationToken)
    {
        await people.ReplaceAsync(cancellationToken);
        return Results.Extensions.SeeOther("/");
    }

    private IResult Reconcile()
    {
        nightly.Start();
        return Results.Extensions.SeeOther(ReconciliationRun.Path);
    }

    private async Task<IResult> ReconciliationAsync(CancellationToken cancellationToken) =>
        !await nightly.WaitBrieflyAsync(cancellationToken)
        ? DemoDocuments.Wait(
            "The reconciliation is still running",
            "It reads every vendor's lists, compares them with what people decided, and repairs differences in both directions.",
            ReconciliationRun.Path)
        : nightly.Problem is { } problem ? Results.Text(problem + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
        : Results.Extensions.SeeOther(ReconciliationRun.LatestPath);

    private async Task<IResult> ReportAsync(CancellationToken cancellationToken) =>
        await nightly.LatestAsync(cancellationToken) is { } report
            ? DemoDocuments.Report(report)
            : Results.Text(
                "No reconciliation has run yet. Press its button on the demo page, or wait until 02:00 UTC.\n",
                statusCode: StatusCodes.Status404NotFound);

    private async Task<DemoMail?> MailAsync(string key, CancellationToken cancellationToken)
    {
        var found = (await people.InboxAsync(cancellationToken)).Find(key);
        return found.Key == key ? found : null;
    }

    private async Task<IResult> AtVendorAsync(DemoMail mail, Func<Task<string>> action)
    {
        var inbox = await people.InboxAsync(CancellationToken.None);
        try
        {
            inbox.VendorActions[mail.Person.Key] = await action();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            inbox.VendorActions[mail.Person.Key] = "Nothing was done: the vendor sandbox does not answer.";
        }

        return Back(mail, "p-drift");
    }

    private static IResult NoSuchMail() =>
        Results.Text("There is no such mail in this demo. Open / to see the mails.\n", statusCode: StatusCodes.Status404NotFound);

    private static IResult Back(DemoMail mail, string place) => Results.Extensions.SeeOther($"/?mail={mail.Key}#{place}");

    private static async Task<IResult> HandleOutageAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            return Results.Text(
                "The storage does not answer. Opt-outs are still accepted and kept on the bus; "
                    + "reload this page when the storage is available again.\n",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
