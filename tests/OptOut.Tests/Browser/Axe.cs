using System.Text.Json;
using Microsoft.Playwright;
using OptOut.Local.Npm;

namespace OptOut.Tests.Browser;

/// <summary>
/// Runs axe-core, from its npm package: the machine-testable rules of WCAG 2.0 to 2.2 at levels A and AA, and its best practices.
/// </summary>
internal static class Axe
{
    private const string Run =
        """
        async () => {
          const { violations } = await axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            resultTypes: ["violations"], iframes: false, preload: false,
          });
          return violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.failureSummary}`));
        }
        """;

    private static readonly Lazy<Task<string>> Source = new(LoadAsync);

    /// <returns>The violations, each with its rule and element; empty if there are none.</returns>
    public static async Task<string[]> ViolationsAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync(await Source.Value);
        return (await page.EvaluateAsync<JsonElement>(Run)).Deserialize<string[]>()!;
    }

    private static async Task<string> LoadAsync()
    {
        var nodeJs = await NodeJs.FindAsync(searchPath: null, CancellationToken.None);
        var installed = await NpmPackages.EnsureAsync(
            "axe-core",
            Path.Combine(AppContext.BaseDirectory, "Browser"),
            nodeJs,
            cacheFolder: null,
            TimeProvider.System,
            CancellationToken.None);
        return await File.ReadAllTextAsync(Path.Combine(installed, "node_modules", "axe-core", "axe.min.js"));
    }
}
