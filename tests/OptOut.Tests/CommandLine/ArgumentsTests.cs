using OptOut.Local.CommandLine;

namespace OptOut.Tests.CommandLine;

public sealed class ArgumentsTests
{
    [Fact]
    public void Nothing_written_is_everything_on_its_usual_port()
    {
        var arguments = Arguments.Parse([]);

        Assert.Equal((Part.All, 7071, 5672, 10002, 10000, 7072), (arguments.Part, arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.Empty(arguments.Without);
        Assert.True(Path.IsPathFullyQualified(arguments.DataFolder));
    }

    [Fact]
    public void Options_stand_before_or_after_the_part_with_a_space_or_an_equals_sign()
    {
        var arguments = Arguments.Parse(["--port=0", "Functions", "--bus-port", "5673", "--data", "here", "--no-sandbox", "--no-bus"]);

        Assert.Equal((Part.Functions, 0, 5673, Path.GetFullPath("here")), (arguments.Part, arguments.Port, arguments.BusPort, arguments.DataFolder));
        Assert.Equal([Part.Bus, Part.Sandbox], arguments.Without.Order());
    }

    [Fact]
    public void Unsubscribe_takes_a_mail()
    {
        var arguments = Arguments.Parse(["unsubscribe", "offer of may.eml"]);

        Assert.Equal((Part.Unsubscribe, "offer of may.eml"), (arguments.Part, arguments.File));
    }

    [Fact]
    public void Demo_takes_free_ports_unless_they_are_given_or_somebody_else_listens_on_them()
    {
        var arguments = Arguments.Parse(["demo", "--no-bus", "--tables-port", "10012"]);

        Assert.Equal((0, 5672, 10012, 0, 0), (arguments.Port, arguments.BusPort, arguments.TablesPort, arguments.BlobsPort, arguments.SandboxPort));
        Assert.False(arguments.DataIsGiven);
        Assert.True(Arguments.Parse(["demo", "--data", "here"]).DataIsGiven);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_given_whatever_else_is_written(string help) =>
        Assert.True(Arguments.Parse(["unsubscribe", help]).WantsHelp);

    [Theory]
    [InlineData("--bus-prot 5672", "--bus-prot is not an option. Did you mean --bus-port? --help lists them all.")]
    [InlineData("--verbose", "--verbose is not an option. --help lists them all.")]
    [InlineData("function", "function is not a part. Did you mean functions? Choose one of all, functions, bus, sandbox, azurite, demo, unsubscribe, settings.")]
    [InlineData("everything", "everything is not a part. Choose one of all, functions, bus, sandbox, azurite, demo, unsubscribe, settings.")]
    [InlineData("3", "3 is not a part. Choose one of all, functions, bus, sandbox, azurite, demo, unsubscribe, settings.")]
    [InlineData("--port", "--port needs a value. Write --port 7071.")]
    [InlineData("--port --data x", "--port needs a value. Write --port 7071.")]
    [InlineData("--port x", "--port x is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--port 65536", "--port 65536 is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--port=-1", "--port -1 is not a port. Give a number from 1 to 65535, or 0 for a free one.")]
    [InlineData("--no-bus=yes", "--no-bus takes no value. Write --no-bus alone.")]
    [InlineData("--port 5672", "--port and --bus-port are both 5672. Give each a port of its own (0: a free one).")]
    [InlineData("unsubscribe", "unsubscribe needs a mail. Write unsubscribe FILE, where FILE is a saved message (.eml).")]
    [InlineData("settings", "settings needs a file to write. Write settings FILE, where FILE is the local.settings.json beside what func starts.")]
    [InlineData("settings local.settings.json --bus-port 0", "--bus-port is 0, but settings tells func where the other parts are. Give the port that is listened on.")]
    [InlineData("unsubscribe offer of", "of is one word too many after unsubscribe. Put a name with spaces between quotes.")]
    [InlineData("demo --allow-host example.com", "--allow-host is of use with unsubscribe FILE only. Leave it out.")]
    [InlineData("bus sandbox", "sandbox is one word too many after bus. Put a name with spaces between quotes.")]
    public void What_cannot_be_understood_is_said_with_what_to_write(string line, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Arguments.Parse(line.Split(' '))).Message);

    [Fact]
    public void The_help_reads_as_it_should() => Assert.Equal(
        """
        OptOut on one machine: no cloud account, no Docker. It asks for .NET 10 and Node.js 20 or newer.

          dotnet run --project functions/OptOut.Local
          dotnet run --project functions/OptOut.Local -- PART [options]

        Without a PART everything starts, and stops with Ctrl+C. The first time, storage is installed, which takes some
        fifteen seconds. Everything listens on 127.0.0.1 and on no other address.

        PART
          all               everything in one process; the default
          functions         the function app alone; the other parts must listen on their ports
          bus               the Service Bus alone
          sandbox           the vendors alone: what sends the mails, texts, calls and letters
          azurite           the storage alone: tables and blobs
          demo              everything, and the story of one person who opts out
          unsubscribe FILE  press the unsubscribe button of a saved mail (.eml), as a mail program does
          settings FILE     write the local.settings.json that `func start` reads; azurite, bus and sandbox must listen

        Ports (0: a free one)
          --port 7071           the functions and their pages
          --bus-port 5672       the Service Bus (AMQP)
          --tables-port 10002   the tables
          --blobs-port 10000    the blobs
          --sandbox-port 7072   the vendor sandbox

        Options
          --data FOLDER         what is kept between runs; .data beside the project, else in your own application data
          --no-bus              use the Service Bus that listens on --bus-port
          --no-sandbox          use the sandbox that listens on --sandbox-port
          --no-azurite          use the storage that listens on --tables-port and --blobs-port
          --allow-host HOST     with unsubscribe: post to this host too; without it, to this machine alone
          -h, --help            this text

        demo takes free ports and a folder of its own, unless they are given, and leaves only its report behind.
        Start the parts in several terminals to see what an outage does: each can be killed and started again.

        """.ReplaceLineEndings("\n"),
        Help.Text);
}
