using System.Globalization;
using System.Net;
using OptOut.Local.CommandLine;
using OptOut.Local.Mailbox;
using OptOut.Local.Walkthrough;

namespace OptOut.Local.Commands;

/// <summary>Presses the unsubscribe button of a saved mail, as a mail program does, and prints the request and the answer.</summary>
internal static class Unsubscribe
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, TextWriter error, CancellationToken stop)
    {
        var (button, warnings, problem) = await FindAsync(arguments.File!, stop);
        problem ??= HostProblem(button!, arguments.AllowedHost);
        if (problem is not null)
        {
            await error.WriteLineAsync(problem);
            return 1;
        }

        var target = button!.Target;
        using var client = new MailClient(TimeProvider.System);
        try
        {
            foreach (var warning in warnings)
                await output.WriteLineAsync($"Warning: {warning}\n");
            await output.WriteLineAsync($"Pressing the button of \"{button.SubjectLine}\".\n");
            var answer = await client.PressAsync(button, OneClickEncoding.Multipart, stop);
            await output.WriteLineAsync(string.Join('\n', answer.Request.TrimEnd().Split("\r\n").Select(line => $"  {line}")));
            var result = string.Create(
                CultureInfo.InvariantCulture,
                $"\nAnswered {(int)answer.Status} in {ResultFormat.Milliseconds(answer.Elapsed)}: {Meaning(answer, target)}");
            await (answer.IsSuccess ? output : error).WriteLineAsync(result);
            return answer.IsSuccess ? 0 : 1;
        }
        catch (HttpRequestException unreachable)
        {
            await error.WriteLineAsync(target.IsLoopback
                ? $"No server answers at {target.Authority}. Start OptOut there first (dotnet run --project functions/OptOut.Local), "
                    + "with the data it had when this mail was generated."
                : $"{target.Authority} cannot be reached: {unreachable.Message}");
            return 1;
        }
        catch (TimeoutException late)
        {
            await error.WriteLineAsync(
                $"{late.Message} It is unknown whether the opt-out was recorded. Try again: a second press does no harm.");
            return 1;
        }
    }

    private static async Task<(MailButton.Shown? Button, IReadOnlyList<string> Warnings, string? Problem)> FindAsync(
        string path, CancellationToken stop)
    {
        try
        {
            await using var file = File.OpenRead(path);
            using var mail = await MailFile.ReadAsync(file, stop);
            return MailButton.From(mail) switch
            {
                MailButton.Shown shown => (shown, MailButtonWarnings.Of(mail), null),
                MailButton.Missing missing => (null, [], missing.Reason),
                _ => throw new InvalidOperationException("A mail button is either shown or missing."),
            };
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return (
                null,
                [],
                $"{path} does not exist. Save the message in your mail program (as .eml, or "
                    + "the text of \"show original\") and give that file.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (null, [], $"{path} cannot be read: {unreadable.Message}");
        }
        catch (NotAMailException other)
        {
            return (
                null,
                [],
                $"{path}: {other.Message} Save the whole message (as .eml, or the text of \"show original\") and give that file.");
        }
    }

    // A mail client posts to any host that a mail names. This command is meant for mails of this machine: a press elsewhere is a real
    // opt-out.
    private static string? HostProblem(MailButton.Shown button, string? allowed) =>
        button.Target.IsLoopback || string.Equals(button.Target.Host, allowed, StringComparison.OrdinalIgnoreCase)
            ? null
            : $"This mail's button posts to {button.Target.Host}, which is not this machine: pressing it really unsubscribes someone "
                + $"there. If that is your intention, add --allow-host {button.Target.Host}.";

    private static string Meaning(OneClickAnswer answer, Uri target) => answer.Status switch
    {
        _ when answer.IsSuccess => "the unsubscribe is recorded.",
        HttpStatusCode.ServiceUnavailable => string.Create(
            CultureInfo.InvariantCulture,
            $"it could not be recorded now, so nothing has changed. Try again "
                + $"{(answer.RetryAfter is { } wait ? $"in {wait.TotalSeconds:N0} seconds" : "later")}."),
        HttpStatusCode.NotFound =>
            "the server does not know this link. The link was truncated, or generated with other data. Nothing has changed; "
                + $"{target.GetLeftPart(UriPartial.Authority)}/unsubscribe accepts an address instead.",
        >= (HttpStatusCode)300 and < (HttpStatusCode)400 =>
            "a redirect, which RFC 8058 section 3.1 forbids and a mail program does not follow. Nothing has changed.",
        _ => "anything but 2xx counts as not recorded.",
    };
}
