namespace OptOut.Local.Azurite;

/// <summary>How Azurite is started.</summary>
internal sealed record AzuriteOptions
{
    /// <summary>Holds the tables and blobs between runs. Not used with <see cref="InMemory"/>.</summary>
    public required string DataFolder { get; init; }

    /// <summary>0: a free port.</summary>
    public int TablePort { get; init; }

    /// <summary>0: a free port.</summary>
    public int BlobPort { get; init; }

    /// <summary>Nothing touches the disk, and all is gone when Azurite stops. For tests.</summary>
    public bool InMemory { get; init; }

    /// <summary>Accounts beside devstoreaccount1, so that every test can have empty storage of its own. See <see cref="AzuriteProcess.ConnectionStringOf"/>.</summary>
    public int ExtraAccounts { get; init; }

    /// <summary>Whether Azurite goes on when this process is killed. Off: it writes its data and ends as soon as this process is gone, however it went.</summary>
    public bool OutlivesParent { get; init; }

    /// <summary>Where the packages are kept, shared by every work tree of this user. Null: the user's local application data folder.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The folders in which node and npm are looked for, as in the PATH variable. Null: that variable.</summary>
    public string? SearchPath { get; init; }
}
