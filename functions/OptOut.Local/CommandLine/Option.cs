using System.Globalization;

namespace OptOut.Local.CommandLine;

/// <summary>One option: what it is called, what it means, and what it does. The help text is made of these.</summary>
/// <param name="Value">What to write after it; null when it stands alone.</param>
internal sealed record Option(string Name, string? Value, string Explanation, Func<Arguments, string, Arguments> Apply)
{
    public static readonly IReadOnlyList<Option> All =
    [
        new("--port", "7071", "the functions and their pages", (line, value) => line with { Port = Port("--port", value) }),
        new("--bus-port", "5672", "the Service Bus (AMQP)", (line, value) => line with { BusPort = Port("--bus-port", value) }),
        new("--tables-port", "10002", "the tables", (line, value) => line with { TablesPort = Port("--tables-port", value) }),
        new("--blobs-port", "10000", "the blobs", (line, value) => line with { BlobsPort = Port("--blobs-port", value) }),
        new("--sandbox-port", "7072", "the vendor sandbox", (line, value) => line with { SandboxPort = Port("--sandbox-port", value) }),
        new("--data", "FOLDER", "what is kept between runs; .data beside the project, else in your own application data", (line, value) => line with { DataFolder = Path.GetFullPath(value), DataIsGiven = true }),
        new("--no-bus", null, "use the Service Bus that listens on --bus-port", (line, _) => line with { Without = line.Without.Append(Part.Bus).ToHashSet() }),
        new("--no-sandbox", null, "use the sandbox that listens on --sandbox-port", (line, _) => line with { Without = line.Without.Append(Part.Sandbox).ToHashSet() }),
        new("--no-azurite", null, "use the storage that listens on --tables-port and --blobs-port", (line, _) => line with { Without = line.Without.Append(Part.Azurite).ToHashSet() }),
        new("--allow-host", "HOST", "with unsubscribe: post to this host too; without it, to this machine alone", (line, value) => line with { AllowedHost = value }),
        new("--help", null, "this text", (line, _) => line with { WantsHelp = true }) { ShortName = "-h" },
    ];

    public string? ShortName { get; private init; }

    private static int Port(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : throw new UsageException($"{option} {value} is not a port. Give a number from 1 to 65535, or 0 for a free one.");
}
