using OptOut.Local.CommandLine;
using OptOut.Local.Commands;

namespace OptOut.Tests.CommandLine;

public sealed class ArgumentsTests
{
    [Fact]
    public void Nothing_written_is_everything_on_its_usual_port()
    {
        var arguments = Line.Read();

        Assert.Equal((Part.All, 7071, 5672, 10002, 10000, 7072), (arguments.Part, arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.Empty(arguments.Without);
        Assert.True(Path.IsPathFullyQualified(arguments.DataFolder));
    }

    [Fact]
    public void Options_stand_before_or_after_the_part_with_a_space_or_an_equals_sign()
    {
        var arguments = Line.Read("--port=0", "functions", "--bus-port", "5673", "--data", "here", "--no-sandbox", "--no-bus");

        Assert.Equal((Part.Functions, 0, 5673, Path.GetFullPath("here")), (arguments.Part, arguments.Port, arguments.BusPort, arguments.DataFolder));
        Assert.Equal([Part.Bus, Part.Sandbox], arguments.Without.Order());
    }

    [Fact]
    public void Unsubscribe_takes_a_mail()
    {
        var arguments = Line.Read("unsubscribe", "offer of may.eml");

        Assert.Equal((Part.Unsubscribe, "offer of may.eml"), (arguments.Part, arguments.File));
    }

    [Fact]
    public void Demo_takes_free_ports_unless_they_are_given_or_somebody_else_listens_on_them()
    {
        var arguments = Line.Read("demo", "--no-bus", "--tables-port", "10012");

        Assert.Equal((0, 5672, 10012, 0, 0), (arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.False(arguments.DataIsGiven);
        Assert.True(Line.Read("demo", "--data", "here").DataIsGiven);
    }

    [Theory]
    [InlineData("--bus-prot 5672", "Unrecognized command or argument '--bus-prot'.", "'--bus-prot' was not matched. Did you mean one of the following?\n--bus-port\n")]
    [InlineData("demo --bus-prot 5672", "'--bus-prot' was not matched. Did you mean one of the following?\n--bus-port\n")]
    [InlineData("--verbose", "Unrecognized command or argument '--verbose'.")]
    [InlineData("function", "Unrecognized command or argument 'function'.", "'function' was not matched. Did you mean one of the following?\nfunctions\n")]
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
    public async Task What_cannot_be_understood_is_named_with_the_nearest_word_and_does_nothing(string line, params string[] messages)
    {
        var (exit, output, error) = await RunAsync(line);

        Assert.Equal((2, ""), (exit, output));
        Assert.All(messages, message => Assert.Contains(message, error, StringComparison.Ordinal));
        Assert.EndsWith("\n--help lists the commands and options.\n", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port 5672", "--port and --bus-port are both 5672. Give each a port of its own (0: a free one).\n")]
    [InlineData("settings local.settings.json --bus-port 0", "--bus-port is 0, but settings tells func where the other parts are. Give the port that is listened on.\n")]
    public async Task Ports_that_do_not_go_together_are_named_with_what_to_write(string line, string message) =>
        Assert.Equal((2, "", message), await RunAsync(line));

    [Fact]
    public async Task The_help_reads_as_it_should()
    {
        var (exit, output, error) = await RunAsync("--help");

        Assert.Equal((0, ""), (exit, error));
        Assert.Equal(
            """
            Description:
              OptOut on one machine: no cloud account, no Docker. It asks for .NET 10 and Node.js 20 or newer.

              Without a command everything starts, and stops with Ctrl+C. The first time, storage is installed, which takes some
              fifteen seconds. Everything listens on 127.0.0.1 and on no other address; port 0 is a free one. Start the parts in
              several terminals to see what an outage does: each can be killed and started again.

            Usage:
              dotnet run --project functions/OptOut.Local -- [command] [options]

            Options:
              --port <PORT>          the functions and their pages [default: 7071]
              --bus-port <PORT>      the Service Bus (AMQP) [default: 5672]
              --tables-port <PORT>   the tables [default: 10002]
              --blobs-port <PORT>    the blobs [default: 10000]
              --sandbox-port <PORT>  the vendor sandbox [default: 7072]
              --data <FOLDER>        what is kept between runs [default: DATA]
              --no-bus               use the Service Bus that listens on --bus-port
              --no-sandbox           use the sandbox that listens on --sandbox-port
              --no-azurite           use the storage that listens on --tables-port and --blobs-port
              -?, -h, --help         Show help and usage information
              --version              Show version information

            Commands:
              all                 everything in one process; the default
              functions           the function app alone; the other parts must listen on their ports
              bus                 the Service Bus alone
              sandbox             the vendors alone: what sends the mails, texts, calls and letters
              azurite             the storage alone: tables and blobs
              demo                everything, and the story of one person who opts out; on free ports and in its own folder unless given
              settings <FILE>     write the local.settings.json that `func start` reads; azurite, bus and sandbox must listen
              unsubscribe <FILE>  press the unsubscribe button of a saved mail (.eml), as a mail program does


            """.ReplaceLineEndings("\n"),
            output.Replace(DataFolder.Default(), "DATA", StringComparison.Ordinal).Replace("\n  \n", "\n\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unsubscribe -h", "unsubscribe <FILE> [options]", "--allow-host <HOST>")]
    [InlineData("settings --help", "settings <FILE> [options]", "--sandbox-port <PORT>")]
    public async Task A_command_has_a_help_of_its_own(string line, params string[] lines)
    {
        var (exit, output, error) = await RunAsync(line);

        Assert.Equal((0, ""), (exit, error));
        Assert.All(lines, text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string line)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var exit = await Run.MainAsync(line.Split(' '), output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
