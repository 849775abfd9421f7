using System.Security.Cryptography;
using OptOut.Fuzz.Product;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.SendGrid;
using OptOut.Vendors.Twilio;

namespace OptOut.Fuzz.Targets.Webhooks;

internal sealed class SendGridEventsTarget() : WebhookTarget("sendgrid/events", typeof(SendGridWebhook))
{
    protected override IEnumerable<(string, string)> Sign(byte[] body) => Vendors.SendGrid(body);
}

internal sealed class SendGridInboundTarget() : WebhookTarget("sendgrid/inbound", typeof(SendGridInboundWebhook))
{
    public override IReadOnlyList<string> Code =>
        ["OptOut.Vendors.SendGrid.SendGridInbound", "OptOut.Vendors.SendGrid.SendGridVerdicts", "OptOut.Replies.Mail"];

    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 2000); // It is passed on as a mail too.

    protected override string ContentType => "multipart/form-data; boundary=xYzZY";

    protected override IEnumerable<(string, string)> Sign(byte[] body)
    {
        // Only so many mails an hour are passed on to the controller.
        ProductInMemory.Instance.Time.Advance(TimeSpan.FromSeconds(4));
        return Vendors.SendGrid(body);
    }
}

internal sealed class CrmTarget() : WebhookTarget("generic/crm", typeof(HttpVendorWebhook))
{
    protected override IEnumerable<(string, string)> Sign(byte[] body) => Vendors.Crm(body);
}

internal sealed class DiallerTarget() : WebhookTarget("dialler/events", typeof(DiallerWebhook))
{
    protected override IEnumerable<(string, string)> Sign(byte[] body) => Vendors.Dialler(body);
}

internal sealed class PostmarkTarget() : WebhookTarget("postmark/events", typeof(PostmarkWebhook))
{
    protected override IEnumerable<(string, string)> Sign(byte[] body) => SigningVendors.Postmark();
}

/// <summary>The signature is in the body, and covers none of the event.</summary>
internal sealed class MailgunTarget() : WebhookTarget("mailgun/events", typeof(MailgunWebhook))
{
    protected override bool MustBeAuthentic => false;

    protected override byte[] Body(byte[] input) => Vendors.Mailgun(input);

    protected override IEnumerable<(string, string)> Sign(byte[] body) => [];
}

/// <summary>The input is the message inside the signed message of SNS; <see cref="Text.SnsMessageTarget"/> reads the one around it.</summary>
internal sealed class AmazonSesTarget() : WebhookTarget("amazon-ses/events", typeof(AmazonSesWebhook))
{
    protected override byte[] Body(byte[] input) => Vendors.Sns(Text(input));

    protected override IEnumerable<(string, string)> Sign(byte[] body) => [];
}

internal abstract class TwilioFormTarget(string path, Type webhook) : WebhookTarget(path, webhook, "-form")
{
    private readonly string _path = path;

    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 2000); // As for a text message, and it is signed here.

    public override IReadOnlyList<string> Code => ["OptOut.Vendors.Twilio", "OptOut.Replies.Sms"];

    protected override string ContentType => "application/x-www-form-urlencoded";

    protected override IEnumerable<(string, string)> Sign(byte[] body) => SigningVendors.Twilio(_path, TwilioRequest.Form(body));
}

internal sealed class TwilioSmsFormTarget() : TwilioFormTarget("twilio/sms", typeof(TwilioSmsWebhook));

internal sealed class TwilioStatusFormTarget() : TwilioFormTarget("twilio/status", typeof(TwilioStatusWebhook));

/// <summary>JSON is signed by its hash in the query.</summary>
internal abstract class TwilioJsonTarget(string path, Type webhook) : WebhookTarget(path, webhook, "-json")
{
    private readonly string _path = path;

    public override IReadOnlyList<string> Code => ["OptOut.Vendors.Twilio", "OptOut.Vendors.VendorField"];

    protected override string Query(byte[] body) => $"?bodySHA256={Convert.ToHexStringLower(SHA256.HashData(body))}";

    protected override IEnumerable<(string, string)> Sign(byte[] body) => SigningVendors.Twilio(_path + Query(body), []);
}

internal sealed class TwilioSmsJsonTarget() : TwilioJsonTarget("twilio/sms", typeof(TwilioSmsWebhook));

internal sealed class TwilioStatusJsonTarget() : TwilioJsonTarget("twilio/status", typeof(TwilioStatusWebhook));
