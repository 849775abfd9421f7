using OptOut.Local.CommandLine;
using OptOut.Local.Commands;

namespace OptOut.Tests.CommandLine;

public sealed class ArgumentsTests
{
    [Fact]
    public void Without_arguments_every_part_starts_on_its_default_port()
    {
        var arguments = Line.Read();

        Assert.Equal(
            (Part.All, 7071, 5672, 10002, 10000, 7072),
            (arguments.Part, arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.Empty(arguments.ExternalParts);
        Assert.True(Path.IsPathFullyQualified(arguments.DataFolder));
    }

    [Fact]
    public void Options_may_come_before_or_after_the_part_and_take_a_space_or_an_equals_sign()
    {
        var arguments = Line.Read("--port=0", "functions", "--bus-port", "5673", "--data", "here", "--no-sandbox", "--no-bus");

        Assert.Equal(
            (Part.Functions, 0, 5673, Path.GetFullPath("here")), (arguments.Part, arguments.Port, arguments.BusPort, arguments.DataFolder));
        Assert.Equal([Part.Bus, Part.Sandbox], arguments.ExternalParts.Order());
    }

    [Fact]
    public void Unsubscribe_takes_a_mail_file()
    {
        var arguments = Line.Read("unsubscribe", "offer of may.eml");

        Assert.Equal((Part.Unsubscribe, "offer of may.eml"), (arguments.Part, arguments.File));
    }

    [Fact]
    public void Restore_takes_a_backup_and_the_accounts()
    {
        var arguments = Line.Read("restore", "2026-05-01/043000", "--account", "stdata1", "--from", "stcopy2");

        Assert.Equal(
            (Part.Restore, "2026-05-01/043000", "stdata1", "stcopy2"),
            (arguments.Part, arguments.Backup, arguments.Account, arguments.BackupAccount));
        Assert.Null(Line.Read("restore").Backup);
    }

    [Fact]
    public void Demo_uses_free_ports_except_for_given_ports_and_parts_that_already_run()
    {
        var arguments = Line.Read("demo", "--no-bus", "--tables-port", "10012");

        Assert.Equal(
            (0, 5672, 10012, 0, 0), (arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.False(arguments.HasExplicitDataFolder);
        Assert.True(Line.Read("demo", "--data", "here").HasExplicitDataFolder);
    }

    [Theory]
    [InlineData(
        "--bus-prot 5672",
        "Unrecognized command or argument '--bus-prot'.",
        "'--bus-prot' was not matched. Did you mean one of the following?\n--bus-port\n")]
    [InlineData("demo --bus-prot 5672", "'--bus-prot' was not matched. Did you mean one of the following?\n--bus-port\n")]
    [InlineData("--verbose", "Unrecognized command or argument '--verbose'.")]
    [InlineData(
        "function",
        "Unrecognized command or argument 'function'.",
        "'function' was not matched. Did you mean one of the following?\nfunctions\n")]
    [InlineData("everything", "Unrecognized command or argument 'everything'.")]
    [InlineData("3", "Unrecognized command or argument '3'.")]
    [InlineData("--port", "Required argument missing for option: '--port'.")]
    [InlineData("--port --data x", "--port --data is not a port.")]
    [InlineData("--port x", "--port x is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--port 65536", "--port 65536 is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--port=-1", "--port -1 is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--port 1 --port 2", "Option '--port' expects a single argument but 2 were provided.")]
    [InlineData("--no-bus=yes", "Unrecognized command or argument 'yes'.")]
    [InlineData("unsubscribe", "Required argument 'FILE' missing for command: 'unsubscribe'.")]
    [InlineData("settings", "Required argument 'FILE' missing for command: 'settings'.")]
    [InlineData("unsubscribe offer of", "Unrecognized command or argument 'of'.")]
    [InlineData("demo --allow-host example.com", "Unrecognized command or argument '--allow-host'.")]
    [InlineData("bus sandbox", "Unrecognized command or argument 'sandbox'.")]
    public async Task An_invalid_command_line_is_explained_and_does_nothing(string line, params string[] messages)
    {
        var (exit, output, error) = await RunAsync(line);

        Assert.Equal((2, ""), (exit, output));
        Assert.All(messages, message => Assert.Contains(message, error, StringComparison.Ordinal));
        Assert.EndsWith("\n--help lists the commands and options.\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port 5672", "--port and --bus-port are both 5672. Give each its own port (0 picks a free one).\n")]
    [InlineData(
        "settings local.settings.json --bus-port 0",
        "--bus-port is 0, but the settings must contain the real port of each part. Give the port on which it listens.\n")]
    public async Task Ports_that_do_not_go_together_are_named_with_what_to_write(string line, string message) =>
        Assert.Equal((2, "", message), await RunAsync(line));

    [Fact]
    public async Task The_help_is_exactly_this_text()
    {
        var (exit, output, error) = await RunAsync("--help");

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(
            """
            Description:
              OptOut on one machine: no cloud account, no Docker. It needs .NET 10 and Node.js 20 or newer.

              Without a command, everything starts; Ctrl+C stops it. The first start installs the storage emulator, which takes about
              fifteen seconds. Everything listens on 127.0.0.1 only; port 0 picks a free port. Start the parts in several terminals
              to see the effect of an outage: each can be killed and restarted.

            Usage:
              dotnet run --project functions/OptOut.Local -- [command] [options]

            Options:
              --port <PORT>          the functions and their pages [default: 7071]
              --bus-port <PORT>      the Service Bus (AMQP) [default: 5672]
              --tables-port <PORT>   the tables [default: 10002]
              --blobs-port <PORT>    the blobs [default: 10000]
              --sandbox-port <PORT>  the vendor sandbox [default: 7072]
              --data <FOLDER>        the folder for data that is kept between runs [default: DATA]
              --no-bus               use the Service Bus that listens on --bus-port
              --no-sandbox           use the sandbox that listens on --sandbox-port
              --no-azurite           use the storage that listens on --tables-port and --blobs-port
              --clock-file <FILE>    for tests: the functions' clock is off by the number of seconds in this file, read at every use
              -?, -h, --help         Show help and usage information
              --version              Show version information

            Commands:
              all                 everything in one process; the default
              functions           only the function app; the other parts must already be running
              bus                 only the Service Bus
              sandbox             only the vendor sandbox: emulators of those who send mails, texts, calls and letters
              azurite             only the storage: tables and blobs
              demo                everything, and a walkthrough of one person who opts out; by default on free ports and in a temporary folder
              settings <FILE>     write the local.settings.json that `func start` reads; azurite, bus and sandbox must be running
              unsubscribe <FILE>  press the unsubscribe button of a saved mail (.eml), as a mail program does
              restore <BACKUP>    bring a backup back into empty tables, and rebuild what follows from it


            """.ReplaceLineEndings("\n"),
            output.Replace(DataFolder.Default(), "DATA", StringComparison.Ordinal).Replace("\n  \n", "\n\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unsubscribe -h", "unsubscribe <FILE> [options]", "--allow-host <HOST>")]
    [InlineData("restore --help", "restore [<BACKUP>] [options]", "--account <NAME>", "--from <NAME>", "--data <FOLDER>")]
    [InlineData("settings --help", "settings <FILE> [options]", "--sandbox-port <PORT>")]
    public async Task A_command_has_its_own_help(string line, params string[] lines)
    {
        var (exit, output, error) = await RunAsync(line);

        Assert.Equal((0, ""), (exit, error));
        Assert.All(lines, text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string line)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await CommandRunner.MainAsync(line.Split(' '), output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
