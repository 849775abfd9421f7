using System.CommandLine;
using System.Globalization;

namespace OptOut.Local.CommandLine;

/// <summary>The commands and options of this program. Without a command, everything runs.</summary>
internal sealed class LocalCommand : RootCommand
{
    private const string About =
        """
        OptOut on one machine: no cloud account, no Docker. It needs .NET 10 and Node.js 20 or newer.

        Without a command, everything starts; Ctrl+C stops it. The first start installs the storage emulator, which takes about
        fifteen seconds. Everything listens on 127.0.0.1 only; port 0 picks a free port. Start the parts in several terminals
        to see the effect of an outage: each can be killed and restarted.
        """;

    private readonly Option<int> _port = Port("--port", 7071, "the functions and their pages");
    private readonly Option<int> _busPort = Port("--bus-port", 5672, "the Service Bus (AMQP)");
    private readonly Option<int> _tablesPort = Port("--tables-port", 10002, "the tables");
    private readonly Option<int> _blobsPort = Port("--blobs-port", 10000, "the blobs");
    private readonly Option<int> _sandboxPort = Port("--sandbox-port", 7072, "the vendor sandbox");

    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        HelpName = "FOLDER",
        Description = "the folder for data that is kept between runs",
        DefaultValueFactory = _ => new DirectoryInfo(DataFolder.Default()),
    };

    private readonly Option<bool> _noBus = new("--no-bus") { Description = "use the Service Bus that listens on --bus-port" };
    private readonly Option<bool> _noSandbox = new("--no-sandbox") { Description = "use the sandbox that listens on --sandbox-port" };
    private readonly Option<bool> _noAzurite = new("--no-azurite")
    {
        Description = "use the storage that listens on --tables-port and --blobs-port",
    };

    private readonly Option<FileInfo> _clock = new("--clock-file")
    {
        HelpName = "FILE",
        Description = "for tests: the functions' clock is off by the number of seconds in this file, read at every use",
    };

    private readonly Argument<string> _mail = new("FILE") { Description = "a saved message (.eml)" };
    private readonly Argument<string> _settings =
        new("FILE") { Description = "the local.settings.json to write, in the folder of the function app" };
    private readonly Option<string> _allowHost = new("--allow-host")
    {
        HelpName = "HOST",
        Description = "also allow a POST to this host; by default only to this machine",
    };

    private readonly Argument<string?> _backup = new("BACKUP")
    {
        Description = "the backup, as in 2026-05-01/043000; by default the newest",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _account = new("--account")
    {
        HelpName = "NAME",
        Description = "the storage account in Azure to restore, with your own login; by default the storage in --data",
    };

    private readonly Option<string?> _from = new("--from")
    {
        HelpName = "NAME",
        Description = "the storage account in Azure that has the backup; by default the one that is restored",
    };

    /// <param name="run">Runs the command and returns the exit code.</param>
    public LocalCommand(Func<Arguments, CancellationToken, Task<int>> run)
        : base(About)
    {
        HelpName = "dotnet run --project functions/OptOut.Local --";
        Add(Part.All, "everything in one process; the default");
        Add(Part.Functions, "only the function app; the other parts must already be running");
        Add(Part.Bus, "only the Service Bus");
        Add(Part.Sandbox, "only the vendor sandbox: emulators of those who send mails, texts, calls and letters");
        Add(Part.Azurite, "only the storage: tables and blobs");
        Add(Part.Demo, "everything, and a walkthrough of one person who opts out; by default on free ports and in a temporary folder");
        Add(Part.Settings, "write the local.settings.json that `func start` reads; azurite, bus and sandbox must be running").Add(
            _settings);
        Option[] options = [_port, _busPort, _tablesPort, _blobsPort, _sandboxPort, _data, _noBus, _noSandbox, _noAzurite, _clock];
        foreach (var command in (Command[])[this, .. Subcommands])
        {
            foreach (var option in options)
                command.Add(option);
        }

        var unsubscribe = Add(Part.Unsubscribe, "press the unsubscribe button of a saved mail (.eml), as a mail program does");
        unsubscribe.Add(_mail);
        unsubscribe.Add(_allowHost);
        var restore = Add(Part.Restore, "bring a backup back into empty tables, and rebuild what follows from it");
        restore.Add(_backup);
        foreach (var option in (Option[])[_account, _from, _data, _tablesPort, _blobsPort, _noAzurite])
            restore.Add(option);
        foreach (var command in (Command[])[this, .. Subcommands])
            command.SetAction((line, cancellationToken) => run(Read(line), cancellationToken));
    }

    /// <param name="line">A command line that was parsed without errors.</param>
    /// <exception cref="UsageException">Two ports conflict, or a port that must be known is 0.</exception>
    internal Arguments Read(ParseResult line)
    {
        var part = line.CommandResult.Command == this ? Part.All : Enum.Parse<Part>(line.CommandResult.Command.Name, ignoreCase: true);
        (Part Part, Option<bool> Option)[] elsewhere = [(Part.Bus, _noBus), (Part.Sandbox, _noSandbox), (Part.Azurite, _noAzurite)];
        var without = elsewhere.Where(flag => line.GetValue(flag.Option)).Select(flag => flag.Part).ToHashSet();
        return Check(new Arguments
        {
            Part = part,
            File = part switch { Part.Unsubscribe => line.GetValue(_mail), Part.Settings => line.GetValue(_settings), _ => null },
            Port = PortOf(Part.Functions, _port),
            BusPort = PortOf(Part.Bus, _busPort),
            TablesPort = PortOf(Part.Azurite, _tablesPort),
            BlobsPort = PortOf(Part.Azurite, _blobsPort),
            SandboxPort = PortOf(Part.Sandbox, _sandboxPort),
            DataFolder = line.GetRequiredValue(_data).FullName,
            HasExplicitDataFolder = IsGiven(_data),
            ClockFile = line.GetValue(_clock)?.FullName,
            AllowedHost = line.GetValue(_allowHost),
            Backup = part == Part.Restore ? line.GetValue(_backup) : null,
            Account = line.GetValue(_account),
            BackupAccount = line.GetValue(_from),
            ExternalParts = without,
        });

        bool IsGiven(Option option) => line.GetResult(option) is { Implicit: false };

        // The demo must not conflict with an instance that is already running. A part that runs elsewhere uses its default port.
        int PortOf(Part listener, Option<int> option) =>
            part == Part.Demo && !IsGiven(option) && !without.Contains(listener) ? 0 : line.GetValue(option);
    }

    private Command Add(Part part, string description)
    {
        var command = new Command(part.ToString().ToLowerInvariant(), description);
        Add(command);
        return command;
    }

    private static Option<int> Port(string name, int defaultPort, string listener) => new(name)
    {
        HelpName = "PORT",
        Description = listener,
        DefaultValueFactory = _ => defaultPort,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
                result.AddError($"{name} {text} is not a port. Give a number from 1 to 65535, or 0 for a free one.");
            return port;
        },
    };

    private static Arguments Check(Arguments arguments)
    {
        (string Option, int Port)[] ports =
        [
            ("--port", arguments.Port), ("--bus-port", arguments.BusPort), ("--tables-port", arguments.TablesPort),
            ("--blobs-port", arguments.BlobsPort), ("--sandbox-port", arguments.SandboxPort),
        ];
        if (arguments.Part == Part.Settings && ports.FirstOrDefault(port => port.Port == 0) is { Option: { } unknown })
        {
            throw new UsageException(
                $"{unknown} is 0, but the settings must contain the real port of each part. Give the port on which it listens.");
        }

        var shared = ports.Where(port => port.Port != 0).GroupBy(port => port.Port, port => port.Option)
            .FirstOrDefault(options => options.Count() > 1);
        if (shared is not null)
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(" and ", shared)} are both {shared.Key}. Give each its own port (0 picks a free one)."));
        }

        return arguments;
    }
}
