namespace OptOut.Local.Sandbox;

/// <summary>How the sandbox of vendors is run.</summary>
internal sealed record VendorSandboxOptions
{
    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; }

    /// <summary>Where each vendor keeps its state between runs, one JSON file each; null keeps nothing.</summary>
    public string? Folder { get; init; }

    /// <summary>The key the SendGrid of the sandbox accepts.</summary>
    public string SendGridApiKey { get; init; } = "SG.sandbox";

    /// <summary>Where SendGrid posts its signed events; null posts none.</summary>
    public Uri? SendGridEventTarget { get; init; }

    /// <summary>Where SendGrid posts the mails it takes in, signed; null posts none.</summary>
    public Uri? SendGridInboundTarget { get; init; }

    /// <summary>The groups the account has, by id.</summary>
    public IReadOnlyDictionary<int, string> SendGridGroups { get; init; } = new Dictionary<int, string>();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
