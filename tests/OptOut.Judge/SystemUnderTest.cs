namespace OptOut.Judge;

/// <summary>The addresses and secrets of the running product, and nothing else of it.</summary>
internal sealed record SystemUnderTest
{
    /// <summary>Where traffic goes: a proxy before the instances of the functions.</summary>
    public required Uri Functions { get; init; }

    /// <summary>The sandbox of the vendors, reached directly.</summary>
    public required Uri Vendors { get; init; }

    /// <summary>Tables and blobs, reached directly, without the proxy that breaks the functions' own requests.</summary>
    public required string Storage { get; init; }

    /// <summary>The bus, reached directly.</summary>
    public required string Bus { get; init; }

    public required string FunctionKey { get; init; }

    public required string MasterKey { get; init; }

    /// <summary>The folder with <c>keys.json</c>, which holds the installation's secrets.</summary>
    public required string Data { get; init; }
}
