using System.Diagnostics;
using System.Globalization;
using System.Net;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Messaging;

namespace OptOut.Benchmarks;

/// <summary>
/// A press of a mail client's button, over HTTP through the whole product, compared with the minimum that makes it durable: one message of
/// the product's publisher, and one sent on its own by the real Service Bus client, with the same number of callers, in the same process
/// and run.
/// </summary>
internal static class PressBenchmark
{
    private const int Callers = 16;

    public static async Task<int> RunAsync(int presses)
    {
        var folder = Directory.CreateTempSubdirectory("optout-bench-");
        var arguments = new Arguments { DataFolder = folder.FullName };
        await using (var system = await LocalSystem.StartAsync(
            arguments, TextWriter.Null, null, logging => logging.SetMinimumLevel(LogLevel.Error), CancellationToken.None))
        {
            var services = system.Functions!.Services;
            var (ring, protector) = (services.GetRequiredService<LinkKeyRing>(), services.GetRequiredService<IdentifierProtector>());
            var now = TimeProvider.System.GetUtcNow();
            await using var sender = services.GetRequiredService<ServiceBusClient>().CreateSender(Topology.BusTopic);
            using var http = new HttpClient { BaseAddress = system.Functions.Address };

            // Each press is by a different subject, as on the morning after a mailing. No subscription receives the floor's messages.
            Task FloorAsync(int i) => sender.SendMessageAsync(
                new ServiceBusMessage("{}") { MessageId = $"floor-{i}", ApplicationProperties = { ["only"] = "nobody" } });
            var publisher = services.GetRequiredService<ChangePublisher>();
            async Task PublishAsync(int i)
            {
                var (id, scope) = (EventIds.Derive("floor", i.ToString(CultureInfo.InvariantCulture)), Scope.Everything);
                var change = Change.Create(id, protector.SubjectOf($"C-{i}"), scope, Decision.Stop, now, now, Source.OneClick);
                if (!await publisher.TryPublishAsync(SubjectMessage.From(change) with { Only = "nobody" }))
                    throw new InvalidOperationException("A message was not published.");
            }

            async Task PressAsync(int i)
            {
                var token = ring.Sign(new Link(protector.SubjectOf($"C-{i}"), Channel.Email, 1, now, 7));
                using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
                using var answer = await http.PostAsync($"/u/{token}", body);
                if (answer.StatusCode != HttpStatusCode.OK)
                    throw new InvalidOperationException($"A press got status {(int)answer.StatusCode}.");
            }

            await MeasureAsync(200, i => FloorAsync(-1 - i));
            await MeasureAsync(200, i => PublishAsync(-1 - i));
            await MeasureAsync(200, i => PressAsync(-1 - i));
            var floor = await MeasureAsync(presses, FloorAsync);
            var published = await MeasureAsync(presses, PublishAsync);
            var press = await MeasureAsync(presses, PressAsync);
            Print("a message sent on its own", floor, published);
            Print("floor: the publisher's message", published, published);
            Print("press: POST /u/{token} to 200", press, published);
        }

        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task<(double PerSecond, double P50, double P99)> MeasureAsync(int count, Func<int, Task> once)
    {
        var times = new double[count];
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
        {
            var begun = Stopwatch.GetTimestamp();
            await once(i);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        });
        var perSecond = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.Sort(times);
        return (perSecond, times[count / 2], times[(int)(count * 0.99)]);
    }

    private static void Print(
        string what, (double PerSecond, double P50, double P99) measured, (double PerSecond, double P50, double P99) floor) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-32}{measured.PerSecond,10:N0}/s  p50 {measured.P50,7:N2} ms  p99 {measured.P99,7:N2} ms  "
                + $"{floor.PerSecond / measured.PerSecond,6:N1} x the floor's time"));
}
