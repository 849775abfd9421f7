namespace OptOut.Local.CommandLine;

/// <summary>The command line, understood.</summary>
internal sealed record Arguments
{
    public Part Part { get; init; } = Part.All;

    /// <summary>With <see cref="Part.Unsubscribe"/> the mail to unsubscribe from, with <see cref="Part.Settings"/> the file to write.</summary>
    public string? File { get; init; }

    /// <summary>As the others, 0 for a free one.</summary>
    public int Port { get; init; }

    public int BusPort { get; init; }

    public int TablesPort { get; init; }

    public int BlobsPort { get; init; }

    public int SandboxPort { get; init; }

    public required string DataFolder { get; init; }

    /// <summary>Whether <see cref="DataFolder"/> was written on the line.</summary>
    public bool DataIsGiven { get; init; }

    /// <summary>The one host beside this machine that <see cref="Part.Unsubscribe"/> may post to.</summary>
    public string? AllowedHost { get; init; }

    /// <summary>What <see cref="Part.All"/> leaves to another process that listens on the same port.</summary>
    public IReadOnlySet<Part> Without { get; init; } = new HashSet<Part>();
}
