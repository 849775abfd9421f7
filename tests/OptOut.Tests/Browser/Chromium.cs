using Microsoft.Playwright;
using OptOut.Tests.Browser;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OptOut.Tests.Browser;

/// <summary>
/// The installed Chromium (or Chrome), started once per test run, when the first test needs it. Its headless shell comes first: it has the same
/// engine and no window of its own to draw, and takes half the processor time. Nothing is downloaded: on a machine without a browser, the
/// tests that need one are skipped with the reason.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    internal const string Missing =
        "No Chromium or Chrome was found. Install one (Debian: apt-get install chromium-headless-shell), or set CHROME_PATH to its executable.";

    // Turns off the browser's own requests, so every request comes from a page.
    private static readonly string[] Arguments =
    [
        "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-default-apps", "--no-default-browser-check",
    ];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>The path of the executable; null if no browser is installed.</summary>
    internal static string? Program { get; } = Find();

    internal async Task<IBrowser> BrowserAsync() => (await _started.Value).Browser;

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated || !_started.Value.IsCompletedSuccessfully)
            return;
        var (playwright, browser) = await _started.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args = Arguments,
            // Chromium's sandbox does not work for root on Linux.
            ChromiumSandbox = !(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess),
        });
        return (playwright, browser);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CHROME_PATH") is { Length: > 0 } named)
            return named;
        string[] folders = OperatingSystem.IsWindows()
            ? [.. new[]
            {
                Environment.SpecialFolder.ProgramFiles,
                Environment.SpecialFolder.ProgramFilesX86,
                Environment.SpecialFolder.LocalApplicationData,
            }
                .Select(folder => Path.Combine(Environment.GetFolderPath(folder), "Google", "Chrome", "Application"))]
            : OperatingSystem.IsMacOS()
                ? ["/Applications/Google Chrome.app/Contents/MacOS", "/Applications/Chromium.app/Contents/MacOS"]
                : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                    Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] names = OperatingSystem.IsWindows()
            ? ["chrome.exe"]
            : OperatingSystem.IsMacOS()
                ? ["Google Chrome", "Chromium"]
                : ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
