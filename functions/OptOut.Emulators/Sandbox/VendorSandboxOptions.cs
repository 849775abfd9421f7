namespace OptOut.Emulators.Sandbox;

/// <summary>How the sandbox of vendors is run.</summary>
internal sealed record VendorSandboxOptions
{
    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; }

    /// <summary>Where each vendor keeps its state between runs, one JSON file each; null keeps nothing.</summary>
    public string? Folder { get; init; }

    /// <summary>Where the functions listen, whose webhooks are called; null calls none.</summary>
    public Uri? Functions { get; init; }

    /// <summary>The storage that vendors who live on files share with the functions: a connection string; null where there is none.</summary>
    public string? Storage { get; init; }

    /// <summary>The unsubscribe groups that the SendGrid account has, by id.</summary>
    public IReadOnlyDictionary<int, string> SendGridGroups { get; init; } = new Dictionary<int, string>();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What every vendor of the sandbox is given.</summary>
internal sealed class SandboxSetup(VendorSandboxOptions options)
{
    public TimeProvider Time => options.Time;

    /// <inheritdoc cref="VendorSandboxOptions.Folder"/>
    public string? Folder => options.Folder;

    /// <inheritdoc cref="VendorSandboxOptions.Storage"/>
    public string? Storage => options.Storage;

    /// <inheritdoc cref="VendorSandboxOptions.SendGridGroups"/>
    public IReadOnlyDictionary<int, string> SendGridGroups => options.SendGridGroups;

    /// <summary>Where the functions listen; null while there are none. Asked anew for each call, because the sandbox starts first.</summary>
    public Uri? Functions { get; set; } = options.Functions;

    /// <returns>The address of a webhook of ours; null calls none.</returns>
    public Uri? Webhook(string path) => Functions is { } functions ? new Uri(functions, $"/webhooks/{path}") : null;
}
