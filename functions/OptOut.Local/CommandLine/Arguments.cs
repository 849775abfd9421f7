namespace OptOut.Local.CommandLine;

/// <summary>The parsed command line.</summary>
internal sealed record Arguments
{
    public Part Part { get; init; } = Part.All;

    /// <summary>
    /// For <see cref="Part.Unsubscribe"/>: the mail to unsubscribe from. For <see cref="Part.Settings"/>: the file to write.
    /// </summary>
    public string? File { get; init; }

    /// <summary>The port of the functions. For every port: 0 picks a free one.</summary>
    public int Port { get; init; }

    public int BusPort { get; init; }

    public int TablesPort { get; init; }

    public int BlobsPort { get; init; }

    public int SandboxPort { get; init; }

    public required string DataFolder { get; init; }

    /// <summary>Whether <see cref="DataFolder"/> was given on the command line.</summary>
    public bool HasExplicitDataFolder { get; init; }

    /// <summary>The file of a <see cref="Hosting.FileClock"/> for the functions; null for the machine's own clock.</summary>
    public string? ClockFile { get; init; }

    /// <summary>The one host, besides this machine, that <see cref="Part.Unsubscribe"/> may post to.</summary>
    public string? AllowedHost { get; init; }

    /// <summary>For <see cref="Part.Restore"/>: the backup, as in <c>2026-05-01/043000</c>; null for the newest.</summary>
    public string? Backup { get; init; }

    /// <summary>The storage account in Azure that is restored; null for the storage of this machine.</summary>
    public string? Account { get; init; }

    /// <summary>The storage account in Azure that has the backup; null for the one that is restored.</summary>
    public string? BackupAccount { get; init; }

    /// <summary>
    /// The parts that <see cref="Part.All"/> does not start, because another process already serves them on the same port.
    /// </summary>
    public IReadOnlySet<Part> ExternalParts { get; init; } = new HashSet<Part>();
}
