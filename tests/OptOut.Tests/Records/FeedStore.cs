using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;
using OptOut.Records.Feed;

namespace OptOut.Tests.Records;

/// <summary>The product's stores on a real Azurite, without a host, under a clock that a test moves, also while a request is under
/// way.</summary>
internal sealed class FeedStore(AzuriteFixture azurite) : HttpPipelinePolicy, IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Queue<TimeSpan> _slow = [];
    private ServiceProvider? _services;

    public MovedTime Time { get; } = new(Noon);

    /// <summary>What happens once while the feed is read.</summary>
    public Func<Task>? DuringRead { get; set; }

    public TableRequests Requests { get; } = new();

    public FeedWriter Writer => Get<FeedWriter>();

    public FeedReader Reader => Get<FeedReader>();

    public FeedPositions Positions => Get<FeedPositions>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FeedStore> CreateAsync(AzuriteFixture azurite)
    {
        var store = new FeedStore(azurite);
        await store.StartAsync();
        return store;
    }

    public T Get<T>()
        where T : class => _services!.GetRequiredService<T>();

    /// <summary>Each of the next writes of a row of the feed, or of a batch, takes this long.</summary>
    public void Slow(params TimeSpan[] writes) => Array.ForEach(writes, _slow.Enqueue);

    /// <summary>Writes an entry without a message, for a person with an address of the same number.</summary>
    public Task AppendAsync(SubjectKey subject, string stops = "*", long version = 1) =>
        Writer.AppendAsync(
            subject,
            new FeedContactPoint(
                IdentifierKind.Email,
                HashOf($"p{subject.Value:x}@example.com"),
                version,
                new Dictionary<Channel, StopSet> { [Channel.Email] = StopSet.Parse(stops) }),
            Cancel);

    public static Identifier Email(string address) =>
        EmailAddress.TryParse(address, out var identifier) ? identifier : throw new FormatException(address);

    public IdentifierHash HashOf(string address) => Get<IdentifierProtector>().Hash(Email(address));

    /// <summary>What a reader gets, oldest first.</summary>
    public async Task<IReadOnlyList<FeedEntry>> ReadAsync(DateTimeOffset? position = null) =>
        [.. (await Reader.SinceAsync(position, Cancel).ToArrayAsync(Cancel)).OrderBy(e => e.At)];

    public TableEntity[] Rows() =>
        [.. Get<StorageAccount>().Feed.Query<TableEntity>("PartitionKey lt '~'", cancellationToken: Cancel)];

    /// <summary>What a reader that has just read everything says.</summary>
    public async Task MoveAsync(string reader, DateTimeOffset to) =>
        await Positions.MoveAsync(await Positions.FindAsync(reader, Cancel), to, Cancel);

    /// <summary>Handles a message as the bus handler does. The next one comes a second later.</summary>
    public async Task<Applied> ApplyAsync(params Change[] changes)
    {
        var applied = await Get<ChangeApplier>().ApplyCompletelyAsync(changes, Cancel);
        Time.Advance(TimeSpan.FromSeconds(1));
        return applied;
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Request.Uri.Path.EndsWith("/feed()", StringComparison.Ordinal) && DuringRead is { } act)
        {
            DuringRead = null;
            await act();
        }

        if (message.Request.Method != RequestMethod.Get
            && (message.Request.Uri.Path.EndsWith("/feed", StringComparison.Ordinal) || IsBatch(message)) && _slow.TryDequeue(out var time))
            Time.Advance(time);
    }

    private static bool IsBatch(HttpMessage message) => message.Request.Uri.Path.EndsWith("/$batch", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private async Task StartAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OptOut:Storage:ConnectionString"] = await azurite.NewAccountAsync(),
            ["OptOut:Data:HashSecret"] = OptOutSettings.HashSecret,
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = OptOutSettings.DataSecret,
        }).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton<HttpPipelinePolicy>(Requests)
            .AddSingleton<HttpPipelinePolicy>(this)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        await Get<StorageAccount>().EnsureCreatedAsync(Cancel);
    }

    /// <summary>A clock that stands still unless it is moved, also the one that measures how long something takes.</summary>
    internal sealed class MovedTime(DateTimeOffset start) : TimeProvider
    {
        private long _now = start.UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
    }
}
