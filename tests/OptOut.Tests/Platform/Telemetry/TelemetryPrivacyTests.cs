using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Local.Commands;
using OptOut.Local.Hosting;
using OptOut.Local.Walkthrough;
using OptOut.Tests.CommandLine;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>Runs the whole demo and searches every log line, span and measurement for personal data.</summary>
public sealed partial class TelemetryPrivacyTests : IDisposable
{
    private readonly TemporaryFolder _reports = new();

    public void Dispose() => _reports.Dispose();

    [LongFact]
    public async Task No_log_line_span_or_metric_of_the_whole_demo_contains_personal_data()
    {
        using var telemetry = new CapturedTelemetry();
        DemoContext? scene = null;
        FunctionHost? functions = null;
        ActivitySource? server = null;
        var settings = new DemoSettings
        {
            ReportFolder = _reports.Path,
            ConfigureLogging = (people, logging) =>
            {
                scene = people;
                logging.SetMinimumLevel(LogLevel.Trace).AddProvider(telemetry);
            },
            AfterStart = (system, _) =>
            {
                functions = system.Functions;
                server = functions!.Services.GetRequiredService<ActivitySource>();
                return Task.CompletedTask;
            },
        };

        using StringWriter output = new(), error = new();
        var exit = await OptOut.Local.Commands.Demo.RunAsync(
            Line.Read("demo"), output, error, settings, TestContext.Current.CancellationToken);
        Assert.Equal("", error.ToString());
        Assert.Equal(0, exit);
        telemetry.Observe();

        // Proves that the telemetry was captured.
        var texts = telemetry.Texts(server!).ToList();
        foreach (var expected in (string[])
        [
            "SendGrid POST asm/suppressions/global", "optout apply", "Azure.Messaging.ServiceBus.ServiceBusSender",
            "optout.stop.duration", "Microsoft.AspNetCore", "Azure.Data.Tables", "http.server.request.duration",
            "SendGrid answered 202 to POST mail/send",
        ])
        {
            Assert.Contains(texts, t => t.Contains(expected, StringComparison.Ordinal));
        }

        Person[] people = [scene!.Anna, scene.Bram, .. scene.Others];
        var personal = people.SelectMany(Spellings).Append(scene.Link!.Url.Segments[^1]).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(personal.Count > 200, "Not every spelling of every person is searched for.");
        var personalTexts = texts
            .Where(t => personal.Exists(p => t.Contains(p, StringComparison.OrdinalIgnoreCase)) || Token().IsMatch(t))
            .ToList();
        Assert.Empty(personalTexts);
    }

    // Personal data as typed, as normalised, as encoded in a URL, and the parts of it that would still identify the person.
    private static IEnumerable<string> Spellings(Person person)
    {
        var national = person.Phone["+32".Length..];
        yield return person.Number;
        yield return Uri.EscapeDataString(person.Email);
        yield return person.Email;
        yield return person.Email[..person.Email.IndexOf('@', StringComparison.Ordinal)];
        yield return person.Number["demo-".Length..];
        yield return $"32{national}";
        yield return $"0{national}";
        yield return $"0{national[..3]} {national[3..5]} {national[5..7]} {national[7..]}";
        yield return $"0{national[..3]}/{national[3..5]}.{national[5..7]}.{national[7..]}";
        yield return person.Home;
        yield return Uri.EscapeDataString(person.Home);
        yield return person.Home.Replace(' ', '+');
        yield return person.Home[..person.Home.IndexOf(',', StringComparison.Ordinal)];
        yield return "post.example";
    }

    // A path with anyone's token.
    [GeneratedRegex("/u/[A-Za-z0-9_-]{40,}", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
