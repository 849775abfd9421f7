using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OptOut.Consent;
using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Tests.Fuzz;

/// <summary>
/// Mutated requests over real connections, to the real function classes with real storage: what <c>OptOut.Fuzz</c> does without a server
/// a million times, here some thousand times with it. The seeds are the same files. <c>OPTOUT_FUZZ_SEED</c> gives other mutations; without
/// it they are the same in every run, so that a change fails for what it changed.
/// </summary>
public sealed class MutatedRequestTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Requests = 3_000, MaxLength = 16 * 1024;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    [LongFact(Category = "Fuzz")]
    public async Task No_mutated_request_is_answered_500_and_a_bystander_is_never_stopped()
    {
        var seed = ulong.Parse(Environment.GetEnvironmentVariable("OPTOUT_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}");
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var subject = await host.PutSubjectAsync("C-1001", email: ["jan@example.com"]);
        var bystander = await host.PutSubjectAsync("C-9999", email: ["bystander@example.org"]);
        byte[][] seeds = [.. Seeds(await host.TokenAsync("C-1001"), subject)];
        var random = new Randomness(seed);
        var mutator = new Mutator(random, [], MaxLength);

        var wrong = new List<string>();
        for (var sent = 0; sent < Requests;)
        {
            var input = mutator.Mutate(random.Of(seeds), random.Of(seeds));
            if (RawRequest.Read(input) is not { } request)
                continue;
            sent++;
            if (await StatusAsync(host.Client.BaseAddress!.Port, request) is var status && status is < 200 or >= 500)
                wrong.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{status}: \"{Finding.Escape(input)}\" {Convert.ToBase64String(input)}"));
        }

        Assert.True(wrong.Count == 0, $"Seed {seed}:\n{string.Join('\n', wrong)}");
        Assert.DoesNotContain(host.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal)
            && line.Contains("failed", StringComparison.Ordinal));
        Assert.Empty(await host.LedgerAsync(bystander));
        Assert.DoesNotContain(await host.SentAsync(), m => m.Subject == SubjectMessage.ChangeLabel
            && m.CorrelationId == bystander.ToString());
    }

    private static IEnumerable<byte[]> Seeds(string token, SubjectKey subject) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Seeds"), "http-*.txt")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n====\n"))
            .Select(text => Encoding.UTF8.GetBytes(text.TrimEnd('\n')
                .Replace("{token}", token, StringComparison.Ordinal)
                .Replace("{subject}", subject.ToString(), StringComparison.Ordinal)
                .Replace("{code}", "00000-00000", StringComparison.Ordinal)
                .Replace("{key}", $"x-functions-key: {OptOutHost.FunctionKey}\nContent-Type: application/json", StringComparison.Ordinal)));

    /// <returns>The status; 0 if there is no answer in time.</returns>
    private static async Task<int> StatusAsync(int port, RawRequest request)
    {
        using var limit = TimeProvider.System.Limit(MaxTime, TestContext.Current.CancellationToken);
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await using var stream = connection.GetStream();
            await stream.WriteAsync(request.ToBytes(), limit.Token);
            using var answer = new StreamReader(stream);
            return await answer.ReadLineAsync(limit.Token) is { Length: > 12 } line
                ? int.Parse(line.AsSpan(9, 3), CultureInfo.InvariantCulture)
                : 0;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }
}
