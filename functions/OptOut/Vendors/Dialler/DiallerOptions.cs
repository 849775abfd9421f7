namespace OptOut.Vendors.Dialler;

/// <summary>
/// Setting <c>OptOut:Dialler</c>: a call centre whose software, or a script beside it, follows the contract in
/// <c>Vendors/Dialler/README.md</c>.
/// </summary>
internal sealed class DiallerOptions
{
    public const string Section = "OptOut:Dialler";

    /// <summary>
    /// The address that <c>do-not-call</c> is appended to, such as <c>https://dialler.callcentre.example/api/</c>. The sandbox of
    /// OptOut.Local is <c>http://127.0.0.1:PORT/dialler/</c>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Sent with every call as <c>Authorization: Bearer TOKEN</c>: 16 to 500 printable ASCII characters.</summary>
    public string Token { get; set; } = "";

    /// <summary>
    /// The topics that the call centre calls about; empty means all. A person is on its one list when all of these are stopped; while one
    /// is still wanted, <c>GET /api/check</c> answers which.
    /// </summary>
    public IList<string> Topics { get; init; } = [];

    /// <summary>
    /// The secrets that the dialler signs its webhook with (Standard Webhooks): <c>whsec_</c> and 24 to 64 bytes in base64. While one is
    /// rotated, list both. Without any, no agent's mark is accepted, and only the nightly pull brings them in.
    /// </summary>
    public IList<string> WebhookSecrets { get; init; } = [];

    /// <summary>The time limit for one call, including one page of the list.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Appends a path to the base address, whether or not that ends in a slash.</summary>
    public Uri Address(string path) => new($"{BaseAddress!.AbsoluteUri.TrimEnd('/')}/{path}");
}
