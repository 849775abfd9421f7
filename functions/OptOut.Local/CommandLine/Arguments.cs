using System.Globalization;

namespace OptOut.Local.CommandLine;

/// <summary>The command line, understood.</summary>
internal sealed record Arguments
{
    public Part Part { get; init; } = Part.All;

    /// <summary>With <see cref="Part.Unsubscribe"/> the mail to unsubscribe from, with <see cref="Part.Settings"/> the file to write.</summary>
    public string? File { get; init; }

    public int Port { get; init; } = 7071;

    public int BusPort { get; init; } = 5672;

    public int TablesPort { get; init; } = 10002;

    public int BlobsPort { get; init; } = 10000;

    public int SandboxPort { get; init; } = 7072;

    public string DataFolder { get; init; } = CommandLine.DataFolder.Default();

    /// <summary>Whether <see cref="DataFolder"/> was written on the line.</summary>
    public bool DataIsGiven { get; init; }

    /// <summary>The one host beside this machine that <see cref="Part.Unsubscribe"/> may post to.</summary>
    public string? AllowedHost { get; init; }

    /// <summary>What <see cref="Part.All"/> leaves to another process that listens on the same port.</summary>
    public IReadOnlySet<Part> Without { get; init; } = new HashSet<Part>();

    /// <summary>Write <see cref="Help.Text"/> and do nothing else.</summary>
    public bool WantsHelp { get; init; }

    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var options = new List<Func<Arguments, Arguments>>();
        var words = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is not ['-', _, ..])
            {
                words.Add(args[i]);
                continue;
            }

            var (name, value) = args[i].Split('=', 2) is [var before, var after] ? (before, after) : (args[i], null);
            var option = Option.All.FirstOrDefault(known => known.Name == name || known.ShortName == name)
                ?? throw new UsageException($"{name} is not an option.{Closest(name, Option.All.Select(known => known.Name))} --help lists them all.");
            if (option.Value is null && value is not null)
                throw new UsageException($"{option.Name} takes no value. Write {option.Name} alone.");
            if (option.Value is not null && value is null)
                value = i + 1 < args.Count && args[i + 1] is not ['-', ..] ? args[++i] : throw new UsageException($"{option.Name} needs a value. Write {option.Name} {option.Value}.");
            options.Add(line => option.Apply(line, value ?? ""));
        }

        var result = Apply(new Arguments());
        if (result.WantsHelp)
            return result;
        result = WithPart(result, words);
        return Check(result.Part == Part.Demo ? Apply(result.OnFreePorts()) : result);

        Arguments Apply(Arguments to) => options.Aggregate(to, (line, option) => option(line));
    }

    // A demonstration must not be in the way of what runs already; what runs elsewhere is on its usual port.
    private Arguments OnFreePorts() => this with
    {
        Port = 0,
        BusPort = Without.Contains(Part.Bus) ? BusPort : 0,
        TablesPort = Without.Contains(Part.Azurite) ? TablesPort : 0,
        BlobsPort = Without.Contains(Part.Azurite) ? BlobsPort : 0,
        SandboxPort = Without.Contains(Part.Sandbox) ? SandboxPort : 0,
    };

    private static Arguments WithPart(Arguments arguments, List<string> words)
    {
        if (words is [])
            return arguments;
        if (!Enum.GetNames<Part>().Contains(words[0], StringComparer.OrdinalIgnoreCase))
        {
            var parts = Enum.GetNames<Part>().Select(name => name.ToLowerInvariant()).ToList();
            throw new UsageException($"{words[0]} is not a part.{Closest(words[0], parts)} Choose one of {string.Join(", ", parts)}.");
        }

        var part = Enum.Parse<Part>(words[0], ignoreCase: true);
        return (part, words[1..]) switch
        {
            (Part.Unsubscribe, [var file]) => arguments with { Part = part, File = file },
            (Part.Unsubscribe, []) => throw new UsageException("unsubscribe needs a mail. Write unsubscribe FILE, where FILE is a saved message (.eml)."),
            (Part.Settings, [var file]) => arguments with { Part = part, File = file },
            (Part.Settings, []) => throw new UsageException("settings needs a file to write. Write settings FILE, where FILE is the local.settings.json beside what func starts."),
            (_, []) => arguments with { Part = part },
            _ => throw new UsageException($"{words[^1]} is one word too many after {words[0]}. Put a name with spaces between quotes."),
        };
    }

    private static Arguments Check(Arguments arguments)
    {
        if (arguments.AllowedHost is not null && arguments.Part != Part.Unsubscribe)
            throw new UsageException("--allow-host is of use with unsubscribe FILE only. Leave it out.");
        (string Option, int Port)[] ports =
        [
            ("--port", arguments.Port), ("--bus-port", arguments.BusPort), ("--tables-port", arguments.TablesPort),
            ("--blobs-port", arguments.BlobsPort), ("--sandbox-port", arguments.SandboxPort),
        ];
        if (arguments.Part == Part.Settings && ports.FirstOrDefault(port => port.Port == 0) is { Option: { } unknown })
            throw new UsageException($"{unknown} is 0, but settings tells func where the other parts are. Give the port that is listened on.");
        foreach (var same in ports.Where(port => port.Port != 0).GroupBy(port => port.Port).Where(group => group.Count() > 1))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" and ", same.Select(port => port.Option))} are both {same.Key}. Give each a port of its own (0: a free one)."));
        return arguments;
    }

    private static string Closest(string typed, IEnumerable<string> known)
    {
        var (name, distance) = known.Select(name => (name, Spelling.Distance(typed, name))).MinBy(candidate => candidate.Item2);
        return distance <= Math.Max(2, typed.Length / 3) ? $" Did you mean {name}?" : "";
    }
}
