using System.Globalization;
using System.Text;
using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;

namespace OptOut.Fuzz.Targets.Webhooks;

/// <summary>A vendor's webhook: the input is what the vendor says, and is signed as the vendor signs.</summary>
/// <param name="path">Vendor and webhook, as in its address.</param>
/// <param name="webhook">The class that answers.</param>
/// <param name="kind">Distinguishes two targets of one webhook; empty for the only one.</param>
internal abstract class WebhookTarget(string path, Type webhook, string kind = "") : FuzzTarget
{
    public Type Webhook => webhook;

    public override string Name => $"webhook-{path.Replace('/', '-')}{kind}";

    // Each event of a batch costs its own work: hundreds are slow without being wrong.
    public override int MaxLength => 16 * 1024;

    public override (long Fixed, int PerByte) Memory => (1024 * 1024, 1000);

    public override int Cost => 4;

    public override IReadOnlyList<string> Code => [webhook.Namespace!, "OptOut.Vendors.VendorField"];

    public override string Fill(string seed) => seed
        .Replace("{token}", ProductInMemory.Instance.Token, StringComparison.Ordinal)
        .Replace("{time}", InstantTime.Start.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            StringComparison.Ordinal);

    protected virtual string ContentType => "application/json";

    /// <summary>The body that is sent; the input itself, unless the signature is in the body.</summary>
    protected virtual byte[] Body(byte[] input) => input;

    protected virtual string Query(byte[] body) => "";

    protected abstract IEnumerable<(string Name, string Value)> Sign(byte[] body);

    public sealed override void Run(byte[] input)
    {
        var body = Body(input);
        var product = ProductInMemory.Instance;
        var (status, _) = product.Send(
            new RawRequest("POST", $"/webhooks/{path}", Query(body), [("Content-Type", ContentType), .. Sign(body)], body));
        BrokenPropertyException.ThrowUnless(
            status is 200 || (status is 401 && !MustBeAuthentic),
                string.Create(CultureInfo.InvariantCulture, $"Answers {status} to a signed body."));
        BrokenPropertyException.ThrowUnless(status == 200 || product.Bus.Messages.Count == 0,
            "Something is recorded, and the vendor is refused.");
    }

    /// <summary>Whether every body can be signed. Where the signature is in the body, one that is not JSON cannot.</summary>
    protected virtual bool MustBeAuthentic => true;

    protected static SigningVendors Vendors => ProductInMemory.Instance.Vendors;

    protected static string Text(byte[] input) => Encoding.UTF8.GetString(input);
}
