using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using OptOut.Consent;
using OptOut.Local.Hosting;
using OptOut.Local.Npm;

namespace OptOut.Tests.Api.Portal;

/// <summary>The samples for a controller's developer, run against the real functions.</summary>
public sealed class PortalSampleTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_plain_HTML_button_stops_everything_with_one_press()
    {
        var subject = await host.PutSubjectAsync("sample-html", ["sample-html@example.com"], ["0470 55 77 01"], language: "nl");
        var preferences = await host.SendAsync("GET", "/api/subjects/sample-html/preferences", key: OptOutHost.FunctionKey);
        var page = (await File.ReadAllTextAsync(Sample("portal.html"), Cancel))
            .Replace(
                "{{unsubscribe}}", WebUtility.HtmlEncode(preferences.Json["unsubscribe"]!.GetValue<string>()), StringComparison.Ordinal)
            .Replace("{{link}}", WebUtility.HtmlEncode(preferences.Json["link"]!.GetValue<string>()), StringComparison.Ordinal);

        var (form, link) = (FormOf(page), new Uri(Regex.Match(page, "<a href=\"(?<href>[^\"]+)\"").Groups["href"].Value));
        var answer = await host.SendAsync(form.Method, form.Action.PathAndQuery, OptOutHost.Form(form.Body));

        Assert.Equal("https://optout.kruidtuin.example", form.Action.GetLeftPart(UriPartial.Authority));
        Assert.Equal($"{form.Action}/preferences", link.AbsoluteUri);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, answer.Status);
        Assert.Contains("<html lang=\"nl\">", answer.Body, StringComparison.Ordinal);
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.UnsubscribePage), (change.Scope, change.Decision, change.Source));
        Assert.Contains(Reference.From(change), answer.Body, StringComparison.Ordinal);
        await AssertStoppedAsync(subject, "sample-html@example.com", "0470 55 77 01");
    }

    [Fact]
    public async Task The_script_stops_everything_and_prints_what_was_recorded()
    {
        var subject = await host.PutSubjectAsync("sample 1/js", ["sample-js@example.com"], ["0470 55 77 02"]);

        var first = await RunAsync(host.Client.BaseAddress!.AbsoluteUri, OptOutHost.FunctionKey, "sample 1/js");
        var second = await RunAsync(host.Client.BaseAddress!.AbsoluteUri, OptOutHost.FunctionKey, "sample 1/js");

        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        Assert.Equal((Scope.Everything, Decision.Stop, Source.Portal), (entry.Change.Scope, entry.Change.Decision, entry.Change.Source));
        Assert.Equal(new ChangeEvidence(Reference: "customer portal"), entry.Change.Evidence);
        var found = $"no more marketing over any channel. Reference {Reference.From(entry.Change)}, ledger entry 1, {entry.Hash}.";
        Assert.Equal((0, ""), (first.Code, first.Errors));
        Assert.Equal(["Before: this person may receive marketing.", $"Recorded: {found}"], first.Lines[..2]);
        Assert.StartsWith("To choose instead: https://optout.kruidtuin.example/u/", first.Lines[2], StringComparison.Ordinal);
        Assert.Equal(["Before: everything is stopped.", $"Already stopped: {found}"], second.Lines[..2]);
        await AssertStoppedAsync(subject, "sample-js@example.com", "0470 55 77 02");
    }

    [Fact]
    public async Task The_script_prints_what_is_wrong_and_how_to_fix_it_and_changes_nothing()
    {
        var before = await host.EverythingAsync();
        var (url, closed) = (host.Client.BaseAddress!.AbsoluteUri, $"http://127.0.0.1:{FreePort.Find()}");

        Assert.Equal(
            (
                1,
                "Set in the environment:\n  OPTOUT_URL: the address of OptOut, for example https://optout.example.com\n"
                    + "  OPTOUT_KEY: a function key of OptOut\n  OPTOUT_CUSTOMER: your own number for the person who is logged in\n"),
            await RunAsync("no address", "", "") is var unset ? (unset.Code, unset.Errors) : default);
        Assert.Equal(
            (1, "OptOut does not accept this key. Set OPTOUT_KEY to a function key.\n"),
            await RunAsync(url, "wrong", "sample-2") is var refused ? (refused.Code, refused.Errors) : default);
        Assert.Equal(
            (
                1,
                "OptOut answered 400. The request was not accepted. Nothing was changed.\n"
                    + "  id: The customer number has 201 characters; the maximum is 200.\n"),
            await RunAsync(url, OptOutHost.FunctionKey, new string('7', 201)) is var wrong ? (wrong.Code, wrong.Errors) : default);
        Assert.Equal(
            (
                1,
                $"OptOut does not answer at {closed} (ECONNREFUSED). It is unknown whether the request was recorded: show no success, "
                    + "and send the same request again. A repeated request changes nothing.\n"),
            await RunAsync(closed, "k", "sample-2") is var away ? (away.Code, away.Errors) : default);
        Assert.Equal(before, await host.EverythingAsync());
    }

    private async Task AssertStoppedAsync(SubjectKey subject, string email, string phone)
    {
        await host.ConfirmedAsync(subject);
        Assert.Contains(email, host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", email, "newsletter"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", phone));
    }

    /// <summary>What a browser sends when the person presses the page's only button: the name and value of the button.</summary>
    private static (string Method, Uri Action, string Body) FormOf(string page)
    {
        var form = Regex.Match(
            page, "<form method=\"(?<method>[a-z]+)\" action=\"(?<action>[^\"]+)\">(?<inside>.*?)</form>", RegexOptions.Singleline);
        var button = Assert.Single(Regex.Matches(form.Groups["inside"].Value, "<(button|input|select|textarea)[^>]*>"));
        var (name, value) = (Attribute("name"), Attribute("value"));
        Assert.Equal("submit", Attribute("type"));
        return (
            form.Groups["method"].Value.ToUpperInvariant(),
            new Uri(WebUtility.HtmlDecode(form.Groups["action"].Value)),
            $"{WebUtility.UrlEncode(name)}={WebUtility.UrlEncode(value)}");

        string Attribute(string attribute) =>
            WebUtility.HtmlDecode(Regex.Match(button.Value, $" {attribute}=\"([^\"]*)\"").Groups[1].Value);
    }

    private static async Task<(int Code, string[] Lines, string Errors)> RunAsync(string url, string key, string customer)
    {
        var node = (await NodeJs.FindAsync(null, Cancel)).Node;
        using var process = Process.Start(new ProcessStartInfo(node, [Sample("portal.mjs")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OPTOUT_URL"] = url, ["OPTOUT_KEY"] = key, ["OPTOUT_CUSTOMER"] = customer },
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries), await errors);
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Samples", name);
}
