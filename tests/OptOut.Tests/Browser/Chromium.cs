using Microsoft.Playwright;
using OptOut.Tests.Browser;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace OptOut.Tests.Browser;

/// <summary>
/// The Chromium (or Chrome) that this machine has, started once for the whole test run when the first test asks. Nothing is downloaded: where
/// there is none, tests that need it say so and are skipped.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    internal const string Missing = "No Chromium or Chrome was found. Install one (Debian: apt-get install chromium), or name its program in CHROME_PATH.";

    // No request of the browser's own: what leaves it is what a page asked for.
    private static readonly string[] Quiet =
    [
        "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-default-browser-check",
    ];

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Null when this machine has none.</summary>
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
            Args = Quiet,
            // Chromium's sandbox refuses to work for root on Linux.
            ChromiumSandbox = !(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess),
        });
        return (playwright, browser);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CHROME_PATH") is { Length: > 0 } named)
            return named;
        string[] folders = OperatingSystem.IsWindows()
            ? [.. new[] { Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86, Environment.SpecialFolder.LocalApplicationData }
                .Select(folder => Path.Combine(Environment.GetFolderPath(folder), "Google", "Chrome", "Application"))]
            : OperatingSystem.IsMacOS()
                ? ["/Applications/Google Chrome.app/Contents/MacOS", "/Applications/Chromium.app/Contents/MacOS"]
                : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] names = OperatingSystem.IsWindows() ? ["chrome.exe"] : OperatingSystem.IsMacOS() ? ["Google Chrome", "Chromium"] : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        return folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
