using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.SendGrid;

namespace OptOut.Fuzz.Targets.Lists;

/// <summary>What a vendor answers when its lists are read: every list of the vendor gets the same answer.</summary>
internal abstract class VendorPullTarget(string vendor, Type type) : FuzzTarget
{
    private IVendor? _vendor;

    public Type VendorType => type;

    public override string Name => $"pull-{vendor}";

    public override int MaxLength => 32 * 1024;

    public override (long Fixed, int PerByte) Memory => (4 * 1024 * 1024, 4000);

    public override IReadOnlyList<string> Code =>
        [type.Namespace!, "OptOut.Vendors.VendorField", "OptOut.Vendors.VendorHttp"];

    private IVendor Vendor => _vendor ??= ProductInMemory.Instance.Service<IEnumerable<IVendor>>().Single(v => v.Name == vendor);

    public override void Run(byte[] input)
    {
        ProductInMemory.Instance.Replies.Answer(input);
        foreach (var list in Vendor.Pulls)
        {
            var pull = Vendor.PullAsync(list, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), null,
                CancellationToken.None).GetAwaiter().GetResult();
            if (pull is not VendorPull.Page page)
                continue;
            BrokenPropertyException.ThrowUnless(page.Entries.All(e => e.Identifier.Value.Length > 0), "An entry for nobody.");
            if (page.Next is { } next)
                _ = Vendor.PullAsync(list, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), next,
                    CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}

internal sealed class SendGridPullTarget() : VendorPullTarget("sendgrid", typeof(SendGridVendor));

internal sealed class PostmarkPullTarget() : VendorPullTarget("postmark", typeof(PostmarkVendor));

internal sealed class MailgunPullTarget() : VendorPullTarget("mailgun", typeof(MailgunVendor));

internal sealed class AmazonSesPullTarget() : VendorPullTarget("amazon-ses", typeof(AmazonSesVendor));

internal sealed class DiallerPullTarget() : VendorPullTarget("dialler", typeof(DiallerVendor));

internal sealed class CrmPullTarget() : VendorPullTarget("crm", typeof(HttpVendor));
