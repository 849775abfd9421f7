using System.Globalization;
using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;

namespace OptOut.Fuzz.Targets.Http;

/// <summary>A function, called as the host calls it: method, path, query, headers and body are all input.</summary>
/// <param name="function">The name in its attribute.</param>
internal abstract class RequestTarget(string function) : FuzzTarget
{
    public string Function => function;

    public override string Name =>
        "http-" + string.Concat(function.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{c}" : $"{c}")).ToLowerInvariant();

    public override int MaxLength => 16 * 1024;

    // A page is rendered, and a body is read in blocks.
    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 400);

    public override int Cost => 2;

    public override string Fill(string seed) => seed
        .Replace("{token}", ProductInMemory.Instance.Token, StringComparison.Ordinal)
        .Replace("{subject}", ProductInMemory.Instance.Link.Subject.ToString(), StringComparison.Ordinal)
        .Replace("{time}", InstantTime.Start.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            StringComparison.Ordinal)
        .Replace("{code}", ProductInMemory.Instance.Code, StringComparison.Ordinal)
        .Replace("{key}", $"x-functions-key: {ProductInMemory.FunctionKey}\nContent-Type: application/json", StringComparison.Ordinal);

    public sealed override void Run(byte[] input)
    {
        if (RawRequest.Read(input) is not { } request)
            return;
        var product = ProductInMemory.Instance;
        var (status, body) = product.Send(request);
        var published = product.Bus.Messages.Count;
        BrokenPropertyException.ThrowUnless(status < 500, string.Create(CultureInfo.InvariantCulture, $"Answers {status}."));
        BrokenPropertyException.ThrowUnless(
            published == 0 || request.Method.ToUpperInvariant() is "POST" or "PUT",
                $"A {request.Method} publishes something: only a POST or a PUT may.");
        BrokenPropertyException.ThrowUnless(
            published == 0 || status < 400,
                string.Create(CultureInfo.InvariantCulture, $"Answers {status}, and publishes something all the same."));
        Verify(request, status, body, published);
    }

    /// <summary>What must hold besides: no answer above 499, and nothing recorded by a GET or by a request that is refused.</summary>
    protected virtual void Verify(RawRequest request, int status, byte[] body, int published)
    {
        // Nothing more.
    }
}
