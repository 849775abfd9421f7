using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Local.Azurite;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Records.Backup;

namespace OptOut.Local.Commands;

/// <summary>
/// Restores the tables from a backup: those of this machine, or of an account in Azure, with the credentials of the logged-in user
/// and the keys in the environment.
/// </summary>
internal static class Restore
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken stop)
    {
        if (arguments.Account is { } account)
            return await RunAsync(InAzure(account), arguments, output, stop);

        var options = new AzuriteOptions
        {
            DataFolder = Directory.CreateDirectory(Path.Combine(arguments.DataFolder, "storage")).FullName,
            TablePort = arguments.TablesPort,
            BlobPort = arguments.BlobsPort,
        };
        await using var azurite = arguments.ExternalParts.Contains(Part.Azurite)
            ? null
            : await AzuriteProcess.StartAsync(options, cancellationToken: stop);
        var keys = LocalKeys.LoadOrCreate(arguments.DataFolder);
        return await RunAsync(
            new Dictionary<string, string?>
            {
                ["OptOut:Storage:ConnectionString"] =
                    azurite?.ConnectionString ?? AzuriteProcess.ConnectionStringAt(arguments.TablesPort, arguments.BlobsPort),
                ["OptOut:Data:HashSecret"] = keys.HashSecret,
                ["OptOut:Data:Keys:0:Id"] = "1",
                ["OptOut:Data:Keys:0:Secret"] = keys.DataSecret,
            },
            arguments,
            output,
            stop);
    }

    /// <param name="settings">The settings of the storage and the data keys. Environment variables come last.</param>
    internal static async Task<int> RunAsync(
        IEnumerable<KeyValuePair<string, string?>> settings, Arguments arguments, TextWriter output, CancellationToken stop)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).AddEnvironmentVariables().Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(_ => new Lazy<TokenCredential>(() => new DefaultAzureCredential()))
            .AddIdentity(configuration).AddPlatform(configuration).AddRecords(configuration)
            .BuildServiceProvider();
        var progress = new RestoreProgress(output, TimeProvider.System);
        try
        {
            if (configuration["OptOut:Storage:ConnectionString"] is { Length: > 0 })
                await services.GetRequiredService<StorageAccount>().EnsureCreatedAsync(stop);
            var source = arguments.BackupAccount is { } other ? Reader(services, InAzure(other)) : null;
            var restored = await services.GetRequiredService<Restorer>().RunAsync(arguments.Backup, source, progress.Report, stop);
            await output.WriteLineAsync(Summary(restored, TimeProvider.System));
            return 0;
        }
        catch (RestoreRefusedException refused)
        {
            throw new CannotStartException(refused.Message, refused);
        }
        catch (OptionsValidationException wrong)
        {
            throw new CannotStartException(
                string.Join('\n', wrong.Failures)
                    + "\nThe keys are read from the environment: OptOut__Data__HashSecret, OptOut__Data__Keys__0__Id and "
                    + "OptOut__Data__Keys__0__Secret.",
                wrong);
        }
        catch (StoreUnavailableException unavailable)
        {
            throw new CannotStartException(
                unavailable.Message + (unavailable.IsRefusal
                    ? " Give yourself the roles Storage Table Data Contributor and Storage Blob Data Reader on the account."
                    : " Run the same command again: it goes on where it stopped."),
                unavailable);
        }
    }

    private static Dictionary<string, string?> InAzure(string account) => new()
    {
        ["OptOut:Storage:TableEndpoint"] = $"https://{account}.table.core.windows.net",
        ["OptOut:Storage:BlobEndpoint"] = $"https://{account}.blob.core.windows.net",
    };

    private static BackupReader Reader(IServiceProvider services, Dictionary<string, string?> settings)
    {
        var options = new StorageOptions();
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build().GetSection("OptOut:Storage").Bind(options);
        var account = new StorageAccount(
            Options.Create(options),
            services.GetRequiredService<Lazy<TokenCredential>>(),
            NullLogger<StorageAccount>.Instance,
            []);
        return new BackupReader(new BackupStore(account), services.GetRequiredService<IdentifierProtector>());
    }

    private static string Summary(Restored restored, TimeProvider time)
    {
        var rebuilt = restored.Rebuilt;
        var lines = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"Restored {restored.Backup}: {restored.Rows} rows, {rebuilt.Subjects} subjects with "
                    + $"{rebuilt.ContactPoints} contact points."),
            string.Create(
                CultureInfo.InvariantCulture,
                $"What changed after {restored.Began.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC is not in it. "
                    + $"infra-bicep/README.md, \"Restore\", says what comes back by itself, and what to check now."),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Set OptOut__Storage__RestoredAt={time.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} before anything uses the "
                    + $"tables: a page from before must not undo a Stop that it never showed."),
        };
        if (rebuilt.Broken.Count > 0)
            lines.Add($"These ledgers were broken in the backup already: {Some(rebuilt.Broken)}.");
        if (rebuilt.Unreadable.Count > 0)
            lines.Add($"The rows of these subjects cannot be read, so their contact points are missing: {Some(rebuilt.Unreadable)}.");
        return string.Join('\n', lines);
    }

    private static string Some(IReadOnlyCollection<string> subjects) =>
        string.Join(", ", subjects.Order(StringComparer.Ordinal).Take(20))
        + (subjects.Count > 20 ? $" and {subjects.Count - 20} more" : "");
}
