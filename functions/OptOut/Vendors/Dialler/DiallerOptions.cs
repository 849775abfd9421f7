namespace OptOut.Vendors.Dialler;

/// <summary>Setting <c>OptOut:Dialler</c>: a call centre whose software, or a script beside it, keeps the contract in <c>Vendors/Dialler/README.md</c>.</summary>
internal sealed class DiallerOptions
{
    public const string Section = "OptOut:Dialler";

    /// <summary>
    /// What <c>do-not-call</c> is added to, as in <c>https://dialler.callcentre.example/api/</c>. The sandbox of OptOut.Local is
    /// <c>http://127.0.0.1:PORT/dialler/</c>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Sent with every call as <c>Authorization: Bearer TOKEN</c>: 16 to 500 printable ASCII characters.</summary>
    public string Token { get; set; } = "";

    /// <summary>
    /// The topics the call centre calls about. None given: all. A person stands on its one list when all of these are stopped; while one is still
    /// wanted, <c>GET /api/check</c> says which.
    /// </summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>
    /// The secrets that the dialler signs its webhook with (Standard Webhooks): <c>whsec_</c> and 24 to 64 bytes in base64. While one is being changed both stand here.
    /// Without any, no mark of an agent is believed, and the nightly pull alone brings them in.
    /// </summary>
    public IList<string> WebhookSecrets { get; init; } = [];

    /// <summary>How long one call may take, a page of the list too.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>An address under the base, whether or not that ends in a slash.</summary>
    public Uri Address(string path) => new($"{BaseAddress!.AbsoluteUri.TrimEnd('/')}/{path}");
}
