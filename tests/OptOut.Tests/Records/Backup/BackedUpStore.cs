using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;
using OptOut.Records.Backup;

namespace OptOut.Tests.Records.Backup;

/// <summary>The product's stores on an account of their own, without a host, to back up and to restore into.</summary>
internal sealed class BackedUpStore : HttpPipelinePolicy, IAsyncDisposable
{
    private ServiceProvider? _services;

    /// <summary>The settings of the account and the keys.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>What happens once between two pages of a table.</summary>
    public Func<Task>? BetweenPages { get; set; }

    public FeedStore.MovedTime Time => (FeedStore.MovedTime)Get<TimeProvider>();

    public TableRequests Requests { get; } = new();

    public StorageAccount Storage => Get<StorageAccount>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<BackedUpStore> CreateAsync(AzuriteFixture azurite, params (string Name, string Value)[] settings)
    {
        var store = new BackedUpStore();
        var all = new Dictionary<string, string?>
        {
            ["OptOut:Storage:ConnectionString"] = await azurite.NewAccountAsync(),
            ["OptOut:Data:HashSecret"] = OptOutSettings.HashSecret,
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = OptOutSettings.DataSecret,
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        store.Settings = all;
        store._services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(new FeedStore.MovedTime(FeedStore.Noon))
            .AddSingleton<HttpPipelinePolicy>(store.Requests)
            .AddSingleton<HttpPipelinePolicy>(store)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        await store.Storage.EnsureCreatedAsync(Cancel);
        return store;
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (message.Request.Uri.Query.Contains("NextPartitionKey", StringComparison.Ordinal) && BetweenPages is { } happen)
        {
            BetweenPages = null;
            await happen();
        }

        await ProcessNextAsync(message, pipeline);
    }

    public T Get<T>()
        where T : class => _services!.GetRequiredService<T>();

    /// <summary>A writer whose parts have at most this many rows.</summary>
    public BackupWriter Writer(int maxRows) => ActivatorUtilities.CreateInstance<BackupWriter>(_services!, maxRows);

    public Task<WrittenBackup> BackUpAsync() => Get<BackupWriter>().RunAsync(Cancel);

    /// <summary>Restores a backup of another store.</summary>
    public Task<Restored> RestoreAsync(BackedUpStore source, string? name = null, Action<string, long, long>? onProgress = null) =>
        Get<Restorer>().RunAsync(
            name,
            new BackupReader(source.Get<BackupStore>(), Get<IdentifierProtector>()),
            onProgress ?? ((_, _, _) => { }),
            Cancel);

    /// <summary>A known person who has stopped these, each in a submission of its own.</summary>
    public async Task<SubjectKey> StopAsync(int number, params string[] scopes)
    {
        var subject = new SubjectKey((UInt128)number);
        var address = new Identifier(IdentifierKind.Email, $"p{number}@example.com");
        await Get<ProfileStore>().SaveAsync(subject, [address], "nl", Cancel);
        Change[] changes =
        [
            .. scopes.Select(scope => Change.Create(
                EventIds.Derive($"{number}", scope),
                subject,
                Scope.Parse(scope),
                Decision.Stop,
                FeedStore.Noon,
                FeedStore.Noon,
                Source.Portal)),
        ];
        if (changes.Length > 0)
            await Get<ChangeApplier>().ApplyCompletelyAsync(changes, Cancel);
        return subject;
    }

    /// <summary>Every row of a table as a line, with the types of its values and without what the service adds.</summary>
    public static async Task<string[]> LinesAsync(TableClient table, params string[] without)
    {
        var lines = new List<string>();
        await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: Cancel))
        {
            var values = row.Where(p => !without.Contains(p.Key) && p.Key is not ("odata.etag" or "Timestamp"))
                .OrderBy(p => p.Key, StringComparer.Ordinal)
                .Select(p => $"{p.Key}={p.Value.GetType().Name}:{(p.Value is byte[] bytes ? Convert.ToHexString(bytes) : Text(p.Value))}");
            lines.Add(string.Join(' ', values));
        }

        return [.. lines.Order(StringComparer.Ordinal)];

        static string Text(object value) => value switch
        {
            DateTimeOffset moment => moment.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture),
            double number => BitConverter.DoubleToInt64Bits(number).ToString("x", System.Globalization.CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
        };
    }

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? default;
}
