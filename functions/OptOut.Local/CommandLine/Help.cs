namespace OptOut.Local.CommandLine;

/// <summary>What --help says, for who sees this program for the first time.</summary>
internal static class Help
{
    private const string Before =
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
        """;

    private const string After =
        """
        demo takes free ports and a folder of its own, unless they are given, and leaves only its report behind.
        Start the parts in several terminals to see what an outage does: each can be killed and started again.
        """;

    public static string Text { get; } = string.Join('\n',
        [Before.ReplaceLineEndings("\n"), .. Lines(port: true), "", "Options", .. Lines(port: false), "", After.ReplaceLineEndings("\n"), ""]);

    private static IEnumerable<string> Lines(bool port) => Option.All
        .Where(option => option.Name.EndsWith("port", StringComparison.Ordinal) == port)
        .Select(option => $"  {string.Join(", ", new[] { option.ShortName, option.Name }.OfType<string>())}{(option.Value is null ? "" : " " + option.Value)}".PadRight(24) + option.Explanation);
}
