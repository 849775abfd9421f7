using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Reconciliation.Report;

namespace OptOut.Local.Walkthrough;

/// <summary>The systems and people of the walkthrough. A step stores here what a later step needs.</summary>
internal sealed class DemoContext(Arguments arguments, TimeProvider time) : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private LocalSystem? _system;
    private ControllerApi? _api;
    private SendGridAccount? _sendGrid;
    private StoredRecords? _records;

    public TimeProvider Time => time;

    /// <summary>Whether the tables contain only this walkthrough's data, so that counts are exact.</summary>
    public bool IsFresh => !arguments.HasExplicitDataFolder && arguments.ExternalParts.Count == 0;

    public HttpClient Http => _http;

    /// <summary>Runs as soon as everything has started; the second argument is the data folder.</summary>
    public Func<LocalSystem, string, Task>? AfterStart { get; init; }

    public MailClient MailClient { get; } = new(time);

    public ControllerApi Api => _api ?? throw NotStarted();

    public SendGridAccount SendGrid => _sendGrid ?? throw NotStarted();

    public StoredRecords Records => _records ?? throw NotStarted();

    public Person Anna { get; } = Person.New("Anna");

    public Person Bram { get; } = Person.New("Bram");

    public IReadOnlyList<Person> Others { get; } = [.. Enumerable.Range(1, 20).Select(_ => Person.New("Klant"))];

    public SubjectKey AnnaKey { get; set; }

    public SubjectKey BramKey { get; set; }

    public LinkForms? Link { get; set; }

    public MailButton.Shown? Button { get; set; }

    /// <summary>The timestamp at which Anna clicked.</summary>
    public long ClickedAt { get; set; }

    /// <summary>The report of the latest reconciliation.</summary>
    public ReconciliationReport? Report { get; set; }

    /// <summary>The report of the reconciliation that found drift, as HTML.</summary>
    public string? ReportPage { get; set; }

    public async Task StartAsync(Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        _system = await LocalSystem.StartAsync(arguments, TextWriter.Null, mapEndpoints: null, log, cancellationToken);
        _api = new ControllerApi(_http, _system.Functions!.Address);
        _sendGrid = new SendGridAccount(_http, _system.Sandbox);
        _records = new StoredRecords(_system.Functions.Services);
        if (AfterStart is { } afterStart)
            await afterStart(_system, arguments.DataFolder);
    }

    /// <summary>Polls until the condition is true; the step's timeout ends it.</summary>
    public Task<T> EventuallyAsync<T>(
        Func<CancellationToken, Task<T>> read,
        Func<T, bool> condition,
        string expected,
        Func<T, string> describe,
        CancellationToken cancellationToken) =>
        Expect.EventuallyAsync(read, condition, expected, describe, time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        MailClient.Dispose();
        _http.Dispose();
    }

    private static InvalidOperationException NotStarted() => new("The first step, which starts everything, has not run yet.");
}
