using System.CommandLine;
using System.Globalization;

namespace OptOut.Local.CommandLine;

/// <summary>The commands and options of this program, and what they mean. Without a command everything runs.</summary>
internal sealed class LocalCommand : RootCommand
{
    private const string About =
        """
        OptOut on one machine: no cloud account, no Docker. It asks for .NET 10 and Node.js 20 or newer.

        Without a command everything starts, and stops with Ctrl+C. The first time, storage is installed, which takes some
        fifteen seconds. Everything listens on 127.0.0.1 and on no other address; port 0 is a free one. Start the parts in
        several terminals to see what an outage does: each can be killed and started again.
        """;

    private readonly Option<int> _port = Port("--port", 7071, "the functions and their pages");
    private readonly Option<int> _busPort = Port("--bus-port", 5672, "the Service Bus (AMQP)");
    private readonly Option<int> _tablesPort = Port("--tables-port", 10002, "the tables");
    private readonly Option<int> _blobsPort = Port("--blobs-port", 10000, "the blobs");
    private readonly Option<int> _sandboxPort = Port("--sandbox-port", 7072, "the vendor sandbox");

    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        HelpName = "FOLDER",
        Description = "what is kept between runs",
        DefaultValueFactory = _ => new DirectoryInfo(DataFolder.Default()),
    };

    private readonly Option<bool> _noBus = new("--no-bus") { Description = "use the Service Bus that listens on --bus-port" };
    private readonly Option<bool> _noSandbox = new("--no-sandbox") { Description = "use the sandbox that listens on --sandbox-port" };
    private readonly Option<bool> _noAzurite = new("--no-azurite")
    {
        Description = "use the storage that listens on --tables-port and --blobs-port",
    };

    private readonly Argument<string> _mail = new("FILE") { Description = "a saved message (.eml)" };
    private readonly Argument<string> _settings = new("FILE") { Description = "the local.settings.json beside what func starts" };
    private readonly Option<string> _allowHost = new("--allow-host")
    {
        HelpName = "HOST",
        Description = "post to this host too; without it, to this machine alone",
    };

    /// <param name="run">Does what was asked, and gives the exit code.</param>
    public LocalCommand(Func<Arguments, CancellationToken, Task<int>> run)
        : base(About)
    {
        HelpName = "dotnet run --project functions/OptOut.Local --";
        Add(Part.All, "everything in one process; the default");
        Add(Part.Functions, "the function app alone; the other parts must listen on their ports");
        Add(Part.Bus, "the Service Bus alone");
        Add(Part.Sandbox, "the vendors alone: what sends the mails, texts, calls and letters");
        Add(Part.Azurite, "the storage alone: tables and blobs");
        Add(Part.Demo, "everything, and the story of one person who opts out; on free ports and in its own folder unless given");
        Add(Part.Settings, "write the local.settings.json that `func start` reads; azurite, bus and sandbox must listen").Add(_settings);
        Option[] options = [_port, _busPort, _tablesPort, _blobsPort, _sandboxPort, _data, _noBus, _noSandbox, _noAzurite];
        foreach (var command in (Command[])[this, .. Subcommands])
        {
            foreach (var option in options)
                command.Add(option);
        }

        var unsubscribe = Add(Part.Unsubscribe, "press the unsubscribe button of a saved mail (.eml), as a mail program does");
        unsubscribe.Add(_mail);
        unsubscribe.Add(_allowHost);
        foreach (var command in (Command[])[this, .. Subcommands])
            command.SetAction((line, cancellationToken) => run(Read(line), cancellationToken));
    }

    /// <param name="line">A line without errors.</param>
    /// <exception cref="UsageException">Its ports do not go together.</exception>
    internal Arguments Read(ParseResult line)
    {
        var part = line.CommandResult.Command == this ? Part.All : Enum.Parse<Part>(line.CommandResult.Command.Name, ignoreCase: true);
        (Part Part, Option<bool> Option)[] elsewhere = [(Part.Bus, _noBus), (Part.Sandbox, _noSandbox), (Part.Azurite, _noAzurite)];
        var without = elsewhere.Where(no => line.GetValue(no.Option)).Select(no => no.Part).ToHashSet();
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
            DataIsGiven = IsGiven(_data),
            AllowedHost = line.GetValue(_allowHost),
            Without = without,
        });

        bool IsGiven(Option option) => line.GetResult(option) is { Implicit: false };

        // A demonstration must not be in the way of what runs already; what runs elsewhere is on its usual port.
        int PortOf(Part listener, Option<int> option) =>
            part == Part.Demo && !IsGiven(option) && !without.Contains(listener) ? 0 : line.GetValue(option);
    }

    private Command Add(Part part, string description)
    {
        var command = new Command(part.ToString().ToLowerInvariant(), description);
        Add(command);
        return command;
    }

    private static Option<int> Port(string name, int usual, string listener) => new(name)
    {
        HelpName = "PORT",
        Description = listener,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var written = result.Tokens[0].Value;
            if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
                result.AddError($"{name} {written} is not a port. Give a number from 1 to 65535, or 0 for a free one.");
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
                $"{unknown} is 0, but settings tells func where the other parts are. Give the port that is listened on.");
        }

        var shared = ports.Where(port => port.Port != 0).GroupBy(port => port.Port, port => port.Option)
            .FirstOrDefault(options => options.Count() > 1);
        if (shared is not null)
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(" and ", shared)} are both {shared.Key}. Give each a port of its own (0: a free one)."));
        }

        return arguments;
    }
}
