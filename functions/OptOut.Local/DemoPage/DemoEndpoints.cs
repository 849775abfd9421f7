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
/// <c>/</c> on this machine: an inbox of marketing mails and, beside it, what becomes of a press of the button. Everything goes in by the product's own
/// endpoints; the page only looks. Works without JavaScript: every POST answers 303 to the page.
/// </summary>
internal sealed class DemoEndpoints(
    DemoPeople people,
    PersonReader reader,
    SandboxAccount sandbox,
    MailClient mailClient,
    Backlog backlog,
    NightlyRun nightly,
    DemoDocuments documents,
    TopicCatalogue catalogue,
    IConfiguration settings,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    /// <param name="routes">Where the page is served.</param>
    /// <param name="demo">Asked for at the first request, when the settings have been found right.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<DemoEndpoints> demo)
    {
        var here = routes.MapGroup("").AddEndpointFilter(ThisMachine.FilterAsync);
        here.MapGet("/", (string? mail, CancellationToken cancel) => Guarded(() => demo().ShowAsync(mail, cancel)));
        here.MapGet("/demo/style.css", () => DemoDocuments.File("style.css", "text/css; charset=utf-8"));
        here.MapGet("/demo/live.js", () => DemoDocuments.File("live.js", "text/javascript; charset=utf-8"));
        here.MapGet("/demo/icon.svg", () => DemoDocuments.File("icon.svg", "image/svg+xml"));
        here.MapGet("/favicon.ico", () => DemoDocuments.File("icon.svg", "image/svg+xml")); // What browsers ask for beside the report.
        here.MapGet("/demo/mails/{mail}", (string mail, CancellationToken cancel) => Guarded(() => demo().ReadAsync(mail, cancel)));
        here.MapGet("/demo/mails/{mail}.eml", (string mail, CancellationToken cancel) => Guarded(() => demo().SaveAsync(mail, cancel)));
        here.MapGet("/demo/received/{id}", (string id, CancellationToken cancel) => Guarded(() => demo().ReceivedAsync(id, cancel)));
        here.MapGet(NightlyRun.LatestPath, (CancellationToken cancel) => Guarded(() => demo().ReportAsync(cancel)));

        here.MapPost("/demo/mails/{mail}/unsubscribe", (string mail, CancellationToken cancel) => Guarded(() => demo().PressAsync(mail, cancel)));
        here.MapPost("/demo/mails/{mail}/vendor-link", (string mail, HttpRequest request, CancellationToken cancel) => Guarded(() => demo().LeaveAtVendorAsync(mail, request, cancel)));
        here.MapPost("/demo/mails/{mail}/vendor-removal", (string mail, CancellationToken cancel) => Guarded(() => demo().RemoveAtVendorAsync(mail, cancel)));
        here.MapPost("/demo/people", (CancellationToken cancel) => Guarded(() => demo().RenewAsync(cancel)));
        here.MapPost(NightlyRun.Path, () => demo().Reconcile());
        here.MapGet(NightlyRun.Path, (CancellationToken cancel) => demo().ReconciliationAsync(cancel));
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
            controller.Value, catalogue, inbox, selected, stopped, await reader.ReadAsync(selected.Person, cancellationToken), await backlog.CountAsync()));
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
        return mails.FirstOrDefault(mail => mail["messageId"]?.GetValue<string>() == id)?["html"]?.GetValue<string>() is { } html ? DemoDocuments.Mail(html) : NoSuchMail();
    }

    private async Task<IResult> PressAsync(string key, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { Button: MailButton.Shown button } mail)
            return NoSuchMail();
        var at = time.GetUtcNow();
        try
        {
            // Whoever closes the page has pressed all the same.
            mail.Press = new Press(at, await mailClient.PressAsync(button, OneClickEncoding.Multipart, CancellationToken.None), null);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            mail.Press = new Press(at, null, "Nobody answered the POST. Are the functions running?");
        }

        return Back(mail, $"mail-{mail.Key}");
    }

    private async Task<IResult> LeaveAtVendorAsync(string key, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { } mail)
            return NoSuchMail();
        var arrives = request.Query["event"] != "lost";
        var group = settings.GetSection("OptOut:SendGrid:Groups").GetValue<int>(mail.Topic);
        var who = mail.Person.FirstName;
        return await AtVendorAsync(mail, async () =>
        {
            var answered = await sandbox.LeaveAsync(mail.Person.Email, group, arrives, cancellationToken);
            var list = string.Create(CultureInfo.InvariantCulture, $"SendGrid put {who} on its list of group {group}");
            return answered is { } status
                ? string.Create(CultureInfo.InvariantCulture, $"{list} and told us by its signed event, which we answered with {status}.")
                : $"{list}, but its event got lost: we know nothing of it yet. The nightly reconciliation will find it.";
        });
    }

    private async Task<IResult> RemoveAtVendorAsync(string key, CancellationToken cancellationToken)
    {
        if (await MailAsync(key, cancellationToken) is not { } mail)
            return NoSuchMail();
        var who = mail.Person.FirstName;
        return await AtVendorAsync(mail, async () => await sandbox.RemoveAsync(mail.Person.Email, cancellationToken) switch
        {
            0 => $"{who} stood on none of SendGrid's lists, so there was nothing to remove.",
            var lists => string.Create(CultureInfo.InvariantCulture, $"Somebody took {who} off {lists} of SendGrid's lists. If {who} has stopped, SendGrid would mail again: the nightly reconciliation will put it right."),
        });
    }

    private async Task<IResult> RenewAsync(CancellationToken cancellationToken)
    {
        await people.RenewAsync(cancellationToken);
        return Results.Extensions.SeeOther("/");
    }

    private IResult Reconcile()
    {
        nightly.Start();
        return Results.Extensions.SeeOther(NightlyRun.Path);
    }

    private async Task<IResult> ReconciliationAsync(CancellationToken cancellationToken) =>
        !await nightly.EndsSoonAsync(cancellationToken) ? DemoDocuments.Wait("The reconciliation is still running", "It reads every vendor's lists, compares them with what people decided, and repairs both ways.", NightlyRun.Path)
        : nightly.Problem is { } problem ? Results.Text(problem + "\n", statusCode: StatusCodes.Status503ServiceUnavailable)
        : Results.Extensions.SeeOther(NightlyRun.LatestPath);

    private async Task<IResult> ReportAsync(CancellationToken cancellationToken) => await nightly.LatestAsync(cancellationToken) is { } report
        ? DemoDocuments.Report(report)
        : Results.Text("No reconciliation has run yet. Press its button on the demo page, or wait until 02:00 UTC.\n", statusCode: StatusCodes.Status404NotFound);

    private async Task<DemoMail?> MailAsync(string key, CancellationToken cancellationToken)
    {
        var found = (await people.InboxAsync(cancellationToken)).Find(key);
        return found.Key == key ? found : null;
    }

    private async Task<IResult> AtVendorAsync(DemoMail mail, Func<Task<string>> act)
    {
        var inbox = await people.InboxAsync(CancellationToken.None);
        try
        {
            inbox.Acts[mail.Person.Key] = await act();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            inbox.Acts[mail.Person.Key] = "Nothing was done: the vendor sandbox does not answer.";
        }

        return Back(mail, "p-drift");
    }

    private static IResult NoSuchMail() => Results.Text("There is no such mail in this demo. Open / to see which there are.\n", statusCode: StatusCodes.Status404NotFound);

    private static IResult Back(DemoMail mail, string place) => Results.Extensions.SeeOther($"/?mail={mail.Key}#{place}");

    private static async Task<IResult> Guarded(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException)
        {
            return Results.Text("The storage does not answer. Opt-outs are still taken, and kept on the bus; load this page again when the storage is back.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
