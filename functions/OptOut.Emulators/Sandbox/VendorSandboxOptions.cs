namespace OptOut.Emulators.Sandbox;

/// <summary>The settings of the vendor sandbox.</summary>
internal sealed record VendorSandboxOptions
{
    /// <summary>0 picks a free port.</summary>
    public int Port { get; init; }

    /// <summary>The folder in which each vendor keeps its state between runs, one JSON file each; null keeps nothing.</summary>
    public string? Folder { get; init; }

    /// <summary>The address of the functions whose webhooks are called; null calls none.</summary>
    public Uri? Functions { get; init; }

    /// <summary>
    /// The connection string of the storage that vendors that exchange files share with the functions; null if there is none.
    /// </summary>
    public string? Storage { get; init; }

    /// <summary>The unsubscribe groups of the SendGrid account, by id.</summary>
    public IReadOnlyDictionary<int, string> SendGridGroups { get; init; } = new Dictionary<int, string>();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>The shared settings of the sandbox's vendors.</summary>
internal sealed class SandboxSetup(VendorSandboxOptions options)
{
    public TimeProvider Time => options.Time;

    /// <inheritdoc cref="VendorSandboxOptions.Folder"/>
    public string? Folder => options.Folder;

    /// <inheritdoc cref="VendorSandboxOptions.Storage"/>
    public string? Storage => options.Storage;

    /// <inheritdoc cref="VendorSandboxOptions.SendGridGroups"/>
    public IReadOnlyDictionary<int, string> SendGridGroups => options.SendGridGroups;

    /// <summary>The address of the functions; null if there are none. Read for each call, because the sandbox starts first.</summary>
    public Uri? Functions { get; set; } = options.Functions;

    /// <returns>The address of one of our webhooks; null if there are no functions.</returns>
    public Uri? Webhook(string path) => Functions is { } functions ? new Uri(functions, $"/webhooks/{path}") : null;
}
