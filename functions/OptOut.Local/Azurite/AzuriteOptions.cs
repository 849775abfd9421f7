namespace OptOut.Local.Azurite;

/// <summary>The settings with which Azurite is started.</summary>
internal sealed record AzuriteOptions
{
    /// <summary>The folder that keeps the tables and blobs between runs. Not used with <see cref="InMemory"/>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>0 picks a free port.</summary>
    public int TablePort { get; init; }

    /// <summary>0 picks a free port.</summary>
    public int BlobPort { get; init; }

    /// <summary>Keeps everything in memory; it is lost when Azurite stops. For tests.</summary>
    public bool InMemory { get; init; }

    /// <summary>
    /// The number of accounts besides devstoreaccount1, so that every test can have its own empty storage. See
    /// <see cref="AzuriteProcess.ConnectionStringOf"/>.
    /// </summary>
    public int ExtraAccounts { get; init; }

    /// <summary>
    /// Whether Azurite continues when this process is killed. If false, it writes its data and ends as soon as this process ends for any
    /// reason.
    /// </summary>
    public bool OutlivesParent { get; init; }

    /// <summary>
    /// The folder for the npm packages, shared by every work tree of this user. Null: the user's local application data folder.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// The folders in which node and npm are searched for, in the format of the PATH variable. Null: the PATH variable itself.
    /// </summary>
    public string? SearchPath { get; init; }
}
