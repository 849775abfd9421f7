using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using OptOut.Local;
using OptOut.Local.Azurite;
using OptOut.Local.Npm;

namespace OptOut.Tests.Azurite;

public sealed class AzuriteProcessTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("optout-azurite-").FullName;

    [Fact]
    public async Task After_an_outage_Azurite_is_back_on_the_same_port_with_the_same_data()
    {
        await using var azurite = await AzuriteProcess.StartAsync(new() { DataFolder = _folder }, cancellationToken: Cancel);
        var table = Table(azurite.ConnectionString);
        await table.CreateAsync(Cancel);
        await table.AddEntityAsync(new TableEntity("p", "r"), Cancel);

        await azurite.StopAsync();
        await Assert.ThrowsAsync<RequestFailedException>(() => table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel));
        await azurite.StartAgainAsync(Cancel);

        Assert.True((await table.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel)).HasValue);
    }

    [Fact]
    public async Task Data_survives_from_one_run_to_the_next()
    {
        await using (var monday = await AzuriteProcess.StartAsync(new() { DataFolder = _folder }, cancellationToken: Cancel))
        {
            await Table(monday.ConnectionString).CreateAsync(Cancel);
            await Table(monday.ConnectionString).AddEntityAsync(new TableEntity("p", "r"), Cancel);
        }

        await using var tuesday = await AzuriteProcess.StartAsync(new() { DataFolder = _folder }, cancellationToken: Cancel);

        Assert.True(
            (await Table(tuesday.ConnectionString).GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel)).HasValue);
    }

    [Fact]
    public async Task A_stopped_Azurite_leaves_no_process_behind()
    {
        var azurite = await AzuriteProcess.StartAsync(new() { DataFolder = _folder, InMemory = true }, cancellationToken: Cancel);
        using var node = Process.GetProcessById(azurite.ProcessId!.Value);

        await azurite.DisposeAsync();

        Assert.True(node.HasExited);
    }

    [Theory]
    [InlineData("tables", "--tables-port")]
    [InlineData("blobs", "--blobs-port")]
    public async Task The_error_for_a_port_in_use_names_the_option_that_changes_it(string what, string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var options = new AzuriteOptions
        {
            DataFolder = _folder,
            InMemory = true,
            TablePort = what == "tables" ? port : 0,
            BlobPort = what == "blobs" ? port : 0,
        };

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => AzuriteProcess.StartAsync(options, cancellationToken: Cancel));

        Assert.Equal(
            $"Port {port}, for {what}, is in use on this machine. Stop what uses it, or choose another with {option} (0 picks a free one).",
            refused.Message);
    }

    [Fact]
    public async Task The_error_for_a_missing_Node_says_what_to_install()
    {
        var refused = await Assert.ThrowsAsync<CannotStartException>(() =>
            AzuriteProcess.StartAsync(new() { DataFolder = _folder, SearchPath = _folder }, cancellationToken: Cancel));

        Assert.Equal(
            "Node.js was not found on the PATH. Install Node.js 20 or newer (https://nodejs.org), open a new terminal and try "
                + "again. It runs Azurite, the emulator of tables and blobs.",
            refused.Message);
    }

    [Fact]
    public async Task The_error_for_an_old_Node_names_its_version()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell script stands in for Node.js.");
        Script("node", "echo v16.20.2");
        Script("npm", "exit 1");

        var refused = await Assert.ThrowsAsync<CannotStartException>(() =>
            AzuriteProcess.StartAsync(new() { DataFolder = _folder, SearchPath = _folder }, cancellationToken: Cancel));

        Assert.StartsWith($"Node.js 16.20.2 ({Path.Combine(_folder, "node")}) is too old. Install Node.js 20 or newer", refused.Message);
    }

    [Fact]
    public async Task A_failed_installation_reports_the_output_of_npm_and_is_retried_at_the_next_start()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Shell scripts stand in for Node.js and npm.");
        var cache = Path.Combine(_folder, "cache");
        var options = new AzuriteOptions { DataFolder = _folder, SearchPath = _folder, CacheFolder = cache };
        Script("node", "echo v22.0.0");
        Script("npm", "mkdir node_modules && echo 'no route to the registry' >&2 && exit 1");

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => AzuriteProcess.StartAsync(options, cancellationToken: Cancel));
        Assert.Contains("npm ci ended with 1", refused.Message);
        Assert.EndsWith("no route to the registry", refused.Message);

        Script("npm", "mkdir node_modules");
        var nodeJs = await NodeJs.FindAsync(_folder, Cancel);
        var installed = await NpmPackages.EnsureAsync("Azurite", Manifests, nodeJs, cache, TimeProvider.System, Cancel);
        Assert.True(Directory.Exists(Path.Combine(installed, "node_modules")));
    }

    [Fact]
    public async Task Concurrent_installations_run_npm_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Shell scripts stand in for Node.js and npm.");
        Script("node", "echo v22.0.0");
        Script("npm", $"echo run >> {_folder}/runs && sleep 1");
        var nodeJs = await NodeJs.FindAsync(_folder, Cancel);

        var folders = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            NpmPackages.EnsureAsync("Azurite", Manifests, nodeJs, Path.Combine(_folder, "cache"), TimeProvider.System, Cancel)));

        Assert.Single(folders.Distinct());
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_folder, "runs"), Cancel));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Manifests => Path.Combine(AppContext.BaseDirectory, "Azurite");

    private static TableClient Table(string connectionString)
    {
        var options = new TableClientOptions();
        options.Retry.MaxRetries = 0;
        options.Retry.Mode = RetryMode.Fixed;
        return new TableServiceClient(connectionString, options).GetTableClient("rows");
    }

    private void Script(string name, string body)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
