using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using OptOut.Local.Composition;
using OptOut.Local.Hosting;

namespace OptOut.Tests.Durability;

/// <summary>
/// The function process is killed with SIGKILL at random moments under load and started again. Storage, bus and vendors are separate
/// processes and keep running. Every opt-out that was answered must be recorded in the end, here and at the vendor.
/// </summary>
public sealed class KilledFunctionsTests : IAsyncLifetime
{
    private const int People = 120, Kills = 4, Clients = 6;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _data = Directory.CreateTempSubdirectory("optout-kill-").FullName;
    private readonly List<LocalProcess> _others = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private LocalProcess? _functions;
    private int _port, _sandboxPort, _unanswered;
    private string[] _ports = [];

    public async ValueTask InitializeAsync()
    {
        _port = FreePort.Find();
        _sandboxPort = FreePort.Find();
        int[] others = [FreePort.Find(), FreePort.Find(), FreePort.Find()];
        _ports = [.. new (string, int)[]
        {
            ("--port", _port),
            ("--sandbox-port", _sandboxPort),
            ("--bus-port", others[0]),
            ("--tables-port", others[1]),
            ("--blobs-port", others[2]),
        }
            .SelectMany(o => new[] { o.Item1, o.Item2.ToString(CultureInfo.InvariantCulture) }), "--data", _data];
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_port}");
        _http.DefaultRequestHeaders.Add("x-functions-key", LocalKeys.FunctionKey);

        foreach (var (part, port) in new[] { ("azurite", others[1]), ("bus", others[0]), ("sandbox", _sandboxPort) })
        {
            var process = LocalProcess.Start([part, .. _ports]);
            _others.Add(process);
            await process.ListensAsync(port, Cancel);
        }
    }

    [LongFact]
    public async Task No_answered_opt_out_is_lost_however_often_the_functions_are_killed()
    {
        await StartFunctionsAsync();
        var links = new ConcurrentQueue<(int Person, Uri Link)>();
        for (var person = 0; person < People; person++)
            links.Enqueue((person, await RegisterAsync(person)));

        var answered = new ConcurrentBag<int>();
        var pressing = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => PressAsync(links, answered)));
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(150, 1200), Cancel);
            await _functions!.KillAsync();
            await _functions.DisposeAsync();
            await StartFunctionsAsync();
        }

        await pressing;
        Assert.True(_unanswered > Kills, $"Only {_unanswered} presses reached a dead process, so the kills did not interrupt the presses.");
        Assert.Equal(People, answered.Distinct().Count());
        await Eventually(async () => Assert.Empty(await NotStoppedAsync(answered)));
        await Eventually(async () => Assert.Empty(answered.Select(Address).Except(await VendorListAsync())));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_functions is not null)
            await _functions.DisposeAsync();
        foreach (var other in _others)
            await other.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static string Address(int person) => $"person{person}@example.com";

    // Like a mail client: reattempts later if there is no answer, and stops after a 200.
    private async Task PressAsync(ConcurrentQueue<(int Person, Uri Link)> links, ConcurrentBag<int> answered)
    {
        while (links.TryDequeue(out var next))
        {
            // Spreads the presses over the kills. If all came before the first kill, they would prove nothing.
            await Task.Delay(RandomNumberGenerator.GetInt32(100, 500), Cancel);
            try
            {
                using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
                using var answer = await _http.PostAsync(next.Link, body, Cancel);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    answered.Add(next.Person);
                    continue;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !Cancel.IsCancellationRequested)
            {
                Interlocked.Increment(ref _unanswered);
                await Task.Delay(100, Cancel);
            }

            links.Enqueue(next);
        }
    }

    private async Task StartFunctionsAsync()
    {
        _functions = LocalProcess.Start(["functions", .. _ports]);
        await _functions.ListensAsync(_port, Cancel);
    }

    private async Task<Uri> RegisterAsync(int person)
    {
        using var put = await _http.PutAsJsonAsync(
            $"/api/subjects/C{person}", new { identifiers = new { email = new[] { Address(person) } }, language = "nl" }, Cancel);
        put.EnsureSuccessStatusCode();
        using var post = await _http.PostAsJsonAsync(
            "/api/links", new { subject = $"C{person}", channel = "email", topic = "newsletter" }, Cancel);
        return new Uri((await post.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("url").GetString()!);
    }

    private async Task<List<int>> NotStoppedAsync(IEnumerable<int> people)
    {
        var notStopped = new List<int>();
        foreach (var person in people.Distinct())
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/check?channel=email")
            {
                Headers = { { "OptOut-Identifier", Address(person) } },
            };
            using var answer = await _http.SendAsync(request, Cancel);
            if ((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("allowed").GetBoolean())
                notStopped.Add(person);
        }

        return notStopped;
    }

    private async Task<HashSet<string>> VendorListAsync()
    {
        var state = await _http.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:{_sandboxPort}/sandbox/state", Cancel);
        return [.. state.GetProperty("sendgrid").GetProperty("global").EnumerateArray().Select(e => e.GetProperty("email").GetString()!)];
    }

    // A message that was locked when its process died is delivered again when the lock expires, after a minute.
    private static async Task Eventually(Func<Task> assertion)
    {
        var attempts = 0;
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception e) when (IsTooEarly(e) && ++attempts < 100)
            {
                await Task.Delay(1000, Cancel);
            }
        }
    }

    // While the messages of a hundred people are delivered again, a request may take longer than a client waits.
    private static bool IsTooEarly(Exception e) => e is Xunit.Sdk.XunitException or HttpRequestException
        || (e is TaskCanceledException && !Cancel.IsCancellationRequested);
}
