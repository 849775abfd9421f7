using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>
/// How many one-clicks are accepted at 32 connections, each by somebody else, while <c>apply</c> works; against a server that does the
/// least a simple implementation does: one HMAC and one table upsert.
/// </summary>
internal static class AcceptFigure
{
    private const int Connections = 32;
    private static readonly TimeSpan For = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(MeasuredSystem system)
    {
        await using var peer = await PeerAsync(system);
        using var http = new HttpClient { BaseAddress = new Uri(peer.Urls.First()) };
        await LoadAsync(TimeSpan.FromSeconds(1), i => PostAsync(http, $"/u/w{i}"));
        var simple = await LoadAsync(For, i => PostAsync(http, $"/u/{i}"));
        await LoadAsync(TimeSpan.FromSeconds(1), i => system.PressAsync($"W-{i}"));
        var accepted = await LoadAsync(For, i => system.PressAsync($"A-{i}"));
        Figure.Print(
            "one-clicks accepted / Kestrel, HMAC and an upsert, 32 conn.",
            Figure.Rate(accepted),
            Figure.Rate(simple),
            accepted.PerSecond / simple.PerSecond,
            ">= 2.5, p99 <= 30 ms");
    }

    private static async Task<WebApplication> PeerAsync(MeasuredSystem system)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var (key, count) = (RandomNumberGenerator.GetBytes(32), 0);
        app.MapPost("/u/{token}", async context =>
        {
            HMACSHA256.HashData(key, System.Text.Encoding.ASCII.GetBytes(context.Request.Path.Value!));
            await system.UpsertAsync("peer", Interlocked.Increment(ref count));
            context.Response.StatusCode = StatusCodes.Status200OK;
        });
        await app.StartAsync();
        return app;
    }

    private static async Task PostAsync(HttpClient http, string path)
    {
        using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        using var answer = await http.PostAsync(path, body);
        if (answer.StatusCode != HttpStatusCode.OK)
            throw new InvalidOperationException($"The peer answered {(int)answer.StatusCode}.");
    }

    private static async Task<Timing> LoadAsync(TimeSpan duration, Func<int, Task> once)
    {
        var (next, begun) = (0, Stopwatch.GetTimestamp());
        var times = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetElapsedTime(begun) < duration)
            {
                var started = Stopwatch.GetTimestamp();
                await once(Interlocked.Increment(ref next));
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return own;
        })));
        return Timing.From([.. times.SelectMany(t => t)], Stopwatch.GetElapsedTime(begun));
    }
}
