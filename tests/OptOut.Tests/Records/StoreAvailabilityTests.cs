using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Api;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Local.Azurite;
using OptOut.Platform;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Tests.Vendors.SendGrid;

namespace OptOut.Tests.Records;

/// <summary>Which responses from storage mean that it is unavailable, and which concern the request.</summary>
public sealed class StoreAvailabilityTests : IAsyncLifetime
{
    private readonly WebApplication _server;
    private readonly CapturedLogs _logs = new();
    private readonly ILoggerFactory _loggers;
    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;
    private int _requests;

    public StoreAvailabilityTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return _answer(context);
        });
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.StartAsync(Cancel);

    [Theory]
    [InlineData(500, "InternalError", 3)]
    [InlineData(503, "ServerBusy", 3)]
    [InlineData(429, "TooManyRequests", 3)]
    [InlineData(408, "RequestTimeout", 3)]
    [InlineData(502, null, 3)]
    [InlineData(401, "NoAuthenticationInformation", 1)]
    [InlineData(403, "AuthorizationPermissionMismatch", 1)]
    [InlineData(404, "TableNotFound", 1)]
    [InlineData(409, "TableBeingDeleted", 1)]
    public async Task A_table_that_cannot_be_used_now_is_unavailable(int status, string? code, int requests)
    {
        AnswerTable(status, code);

        var unavailable = await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync());

        Assert.Equal((status, $"{status} {code}".TrimEnd(), requests), (unavailable.Status, unavailable.Reason, _requests));
        Assert.Equal($"The store does not answer ({unavailable.Reason}).", unavailable.Message);
        var line = Assert.Single(_logs.Lines, l => l.Contains(unavailable.Message, StringComparison.Ordinal));
        Assert.Equal(status is 401 or 403, line.Contains("Storage Table Data Contributor", StringComparison.Ordinal));
        Assert.DoesNotContain("secret-key", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "InvalidInput")]
    [InlineData(404, "ResourceNotFound")]
    [InlineData(409, "EntityAlreadyExists")]
    [InlineData(412, "UpdateConditionNotSatisfied")]
    [InlineData(413, "RequestBodyTooLarge")]
    public async Task An_error_that_concerns_the_request_keeps_the_clients_exception(int status, string code)
    {
        AnswerTable(status, code);

        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => WriteAsync());

        Assert.Equal((status, code), (failed.Status, failed.ErrorCode));
        Assert.Empty(_logs.Lines);
    }

    [Fact]
    public async Task A_missing_row_is_not_a_failure_but_a_missing_table_is_unavailable()
    {
        AnswerTable(404, "ResourceNotFound");
        Assert.False((await ReadAsync()).HasValue);

        AnswerTable(404, "TableNotFound");
        await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);
    }

    [Theory]
    [InlineData(503, "ServerBusy", true)]
    [InlineData(409, "EntityAlreadyExists", false)]
    public async Task A_failed_action_in_a_transaction_is_classified_like_a_single_action(int status, string code, bool isUnavailable)
    {
        _answer = context => AnswerTransactionAsync(context, status, code);

        var failure = await Record.ExceptionAsync(() => Account().Consent.SubmitAsync([new(TableTransactionActionType.Add, Row)], Cancel));

        Assert.Equal((isUnavailable, $"{status} {code}"), Read(failure));
    }

    [Fact]
    public async Task If_another_writer_is_first_every_time_the_store_is_unavailable()
    {
        AnswerTable(404, "ResourceNotFound");
        var rows = _answer;
        _answer = context => context.Request.Path.Value!.EndsWith("$batch", StringComparison.Ordinal)
            ? AnswerTransactionAsync(context, 409, "EntityAlreadyExists")
            : rows(context);
        await using var services = new ServiceCollection()
            .AddMetrics()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(Account())
            .AddSingleton<OptOutMetrics>()
            .AddSingleton(new IdentifierProtector(Options.Create(new DataOptions
            {
                HashSecret = OptOutSettings.HashSecret,
                Keys = [new() { Id = 1, Secret = OptOutSettings.DataSecret }],
            })))
            .AddSingleton<SubjectRows>()
            .AddSingleton<ConsentStore>()
            .BuildServiceProvider();
        var now = TimeProvider.System.GetUtcNow();
        var stop = Change.Create(EventIds.New(now), new SubjectKey(42), Scope.Everything, Decision.Stop, now, now, Source.OneClick);

        var unavailable = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => services.GetRequiredService<ConsentStore>().ApplyAsync(stop, Cancel));

        Assert.Equal("409 EntityAlreadyExists", unavailable.Reason);
    }

    [Theory]
    [InlineData(403, "AuthorizationFailure", true)]
    [InlineData(404, "ContainerNotFound", true)]
    [InlineData(404, "BlobNotFound", false)]
    [InlineData(412, "ConditionNotMet", false)]
    public async Task A_failed_blob_request_is_classified_in_the_same_way(int status, string code, bool isUnavailable)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["x-ms-error-code"] = code;
            return Task.CompletedTask;
        };

        var failure = await Record.ExceptionAsync(() => Account().Reports.GetBlobClient("a").DownloadContentAsync(Cancel));

        Assert.Equal((isUnavailable, $"{status} {code}"), Read(failure));
    }

    [Fact]
    public async Task If_a_blob_download_breaks_off_every_time_the_store_is_unavailable()
    {
        _answer = async context =>
        {
            context.Response.ContentLength = 1000;
            context.Response.Headers.ETag = "\"1\"";
            await context.Response.WriteAsync("half", Cancel);
            context.Abort();
        };

        var blob = Account().Reports.GetBlobClient("a");

        var unavailable = await Assert.ThrowsAsync<StoreUnavailableException>(() => blob.DownloadContentAsync(Cancel));

        Assert.Equal((0, 4), (unavailable.Status, _requests));
    }

    [Fact]
    public async Task If_nothing_listens_the_store_is_unavailable_and_the_message_contains_only_the_cause()
    {
        var account = Account(port: 1);

        var table = await Assert.ThrowsAsync<StoreUnavailableException>(() => account.PingAsync(Cancel));
        var sync = Assert.Throws<StoreUnavailableException>(
            () => account.Consent.DeleteEntity("p", "secret-key", cancellationToken: Cancel));

        Assert.Equal((0, "The store does not answer (SocketException)."), (table.Status, table.Message));
        Assert.Equal(table.Message, sync.Message);
    }

    [Fact]
    public async Task A_request_that_the_caller_cancels_is_cancelled_and_not_logged()
    {
        _answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var limit = TimeProvider.System.Limit(TimeSpan.FromMilliseconds(200), Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Account().PingAsync(limit.Token));

        Assert.Empty(_logs.Lines);
    }

    [Fact]
    public async Task The_health_check_waits_at_most_three_seconds_for_an_answer()
    {
        var received = new TaskCompletionSource();
        _answer = context =>
        {
            received.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var time = new FakeTimeProvider();
        await using var services = new ServiceCollection()
            .AddLogging().AddSingleton<TimeProvider>(time).AddSingleton(Account()).AddHealth().BuildServiceProvider();

        var checking = services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == TablesCheck.Name, Cancel);
        await received.Task;
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(checking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(HealthStatus.Unhealthy, (await checking).Entries[TablesCheck.Name].Status);
    }

    [Fact]
    public async Task A_request_that_the_caller_cancels_between_two_attempts_is_cancelled()
    {
        using var caller = new CancellationTokenSource();
        _answer = async context =>
        {
            context.Abort();
            await caller.CancelAsync();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Account().PingAsync(caller.Token));
    }

    [Fact]
    public async Task Without_a_token_for_the_identity_the_store_is_unavailable_and_the_log_names_the_role_to_assign()
    {
        var options = new StorageOptions { TableEndpoint = new("https://127.0.0.1:1"), BlobEndpoint = new("https://127.0.0.1:1") };
        var account = Account(options, new NoCredential());

        await Assert.ThrowsAsync<StoreUnavailableException>(() => account.PingAsync(Cancel));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => account.Reports.GetPropertiesAsync(cancellationToken: Cancel));

        Assert.Equal(2, _logs.Lines.Count(l => l.Contains("Storage Blob Data Contributor", StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _loggers.Dispose();
        await _server.DisposeAsync();
    }

    private static TableEntity Row => new("p", "secret-key");

    private static (bool IsUnavailable, string Reason) Read(Exception? failure) => failure switch
    {
        StoreUnavailableException unavailable => (true, unavailable.Reason),
        RequestFailedException failed => (false, $"{failed.Status} {failed.ErrorCode}"),
        _ => throw new InvalidOperationException("Unexpected exception.", failure),
    };

    private Task WriteAsync() => Account().Consent.UpsertEntityAsync(Row, TableUpdateMode.Replace, Cancel);

    private Task<NullableResponse<TableEntity>> ReadAsync() =>
        Account().Consent.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel);

    private StorageAccount Account(int? port = null)
    {
        var at = port ?? new Uri(_server.Urls.Single()).Port;
        var options = new StorageOptions { ConnectionString = AzuriteProcess.ConnectionStringAt(at, at) };
        return Account(options, new DefaultAzureCredential());
    }

    private StorageAccount Account(StorageOptions options, TokenCredential credential) =>
        new(Options.Create(options), new Lazy<TokenCredential>(credential), _loggers.CreateLogger<StorageAccount>(), []);

    private static Task AnswerTransactionAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "multipart/mixed; boundary=batch";
        return context.Response.WriteAsync(
            $"""
            --batch
            Content-Type: multipart/mixed; boundary=changes

            --changes
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 {status} Failed
            Content-Type: application/json

            {Error(code)}
            --changes--
            --batch--

            """.ReplaceLineEndings("\r\n"), Cancel);
    }

    private void AnswerTable(int status, string? code) => _answer = context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json;odata=minimalmetadata";
        return context.Response.WriteAsync(code is null ? "" : Error(code), Encoding.UTF8, Cancel);
    };

    private static string Error(string code) =>
        new JsonObject { ["odata.error"] = new JsonObject { ["code"] = code, ["message"] = new JsonObject { ["value"] = "No." } } }
            .ToJsonString();

    private sealed class NoCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("None.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("None.");
    }
}
