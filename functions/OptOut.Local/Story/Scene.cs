using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Reconciliation.Report;

namespace OptOut.Local.Story;

/// <summary>Where the story plays and who is in it. A step leaves here what a later one needs.</summary>
internal sealed class Scene(Arguments arguments, TimeProvider time) : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private LocalSystem? _system;
    private ControllerApi? _api;
    private SendGridAccount? _sendGrid;
    private Records? _records;

    public TimeProvider Time => time;

    /// <summary>Nothing but the story is in the tables, so that counts are exact.</summary>
    public bool IsFresh => !arguments.DataIsGiven && arguments.Without.Count == 0;

    public HttpClient Http => _http;

    /// <summary>Done as soon as everything has started; given the data folder too.</summary>
    public Func<LocalSystem, string, Task>? AfterStart { get; init; }

    public MailClient MailClient { get; } = new(time);

    public ControllerApi Api => _api ?? throw TooSoon();

    public SendGridAccount SendGrid => _sendGrid ?? throw TooSoon();

    public Records Records => _records ?? throw TooSoon();

    public Person Anna { get; } = Person.New("Anna");

    public Person Bram { get; } = Person.New("Bram");

    public IReadOnlyList<Person> Others { get; } = [.. Enumerable.Range(1, 20).Select(_ => Person.New("Klant"))];

    public SubjectKey AnnaKey { get; set; }

    public SubjectKey BramKey { get; set; }

    public LinkForms? Link { get; set; }

    public MailButton.Shown? Button { get; set; }

    /// <summary>The timestamp at which Anna pressed.</summary>
    public long Pressed { get; set; }

    /// <summary>What the latest comparison found.</summary>
    public ReconciliationReport? Report { get; set; }

    /// <summary>The report of the comparison that found something, as a page.</summary>
    public string? ReportPage { get; set; }

    public async Task StartAsync(Action<ILoggingBuilder> log, CancellationToken cancellationToken)
    {
        _system = await LocalSystem.StartAsync(arguments, TextWriter.Null, mapEndpoints: null, log, cancellationToken);
        _api = new ControllerApi(_http, _system.Functions!.Address);
        _sendGrid = new SendGridAccount(_http, _system.Sandbox);
        _records = new Records(_system.Functions.Services);
        if (AfterStart is { } then)
            await then(_system, arguments.DataFolder);
    }

    /// <summary>Looks until it is as it should be; the step's patience ends it.</summary>
    public Task<T> SoonAsync<T>(Func<CancellationToken, Task<T>> look, Func<T, bool> holds, string expected, Func<T, string> tell, CancellationToken cancellationToken) =>
        Expect.SoonAsync(look, holds, expected, tell, time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        MailClient.Dispose();
        _http.Dispose();
    }

    private static InvalidOperationException TooSoon() => new("The story has not begun: the first step starts everything.");
}
