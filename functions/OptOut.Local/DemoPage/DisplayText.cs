using System.Globalization;
using OptOut.Consent;

namespace OptOut.Local.DemoPage;

/// <summary>The names that the page shows for channels, sources, scopes, vendors and durations.</summary>
internal static class DisplayText
{
    public static string Describe(Channel channel) => channel switch
    {
        Channel.Email => "E-mail",
        Channel.Sms => "SMS",
        Channel.Phone => "Phone",
        _ => "Post",
    };

    public static string Describe(Source source) => source switch
    {
        Source.OneClick => "the mail client's button",
        Source.UnsubscribePage => "the page behind the link",
        Source.PublicPage => "the public form",
        Source.PreferencePage => "the preference page",
        Source.Portal => "the customer portal",
        Source.SmsReply => "a reply by SMS",
        Source.Mailto => "a mail",
        Source.PhoneAgent => "a phone agent",
        Source.PrintedCode => "a printed code",
        Source.VendorWebhook => "a vendor's event",
        Source.Reconciliation => "the nightly reconciliation",
        _ => "an import",
    };

    public static string Describe(Scope scope, DemoView view) => (scope.Channel, scope.Topic) switch
    {
        (null, null) => "everything",
        ({ } channel, null) => $"everything by {Describe(channel)}",
        (null, { } topic) => $"{view.Title(topic)}, on every channel",
        ({ } channel, { } topic) => $"{view.Title(topic)} by {Describe(channel)}",
    };

    public static string Vendor(string name) => name switch
    {
        "sendgrid" => "SendGrid",
        "twilio" => "Twilio",
        "postmark" => "Postmark",
        "mailgun" => "Mailgun",
        "amazon-ses" => "Amazon SES",
        "crm" => "The CRM",
        "print-house" => "The print house",
        "dialler" => "The dialler",
        _ => string.Concat(name[..1].ToUpperInvariant(), name.AsSpan(1)),
    };

    public static string Describe(TimeSpan time) => time.TotalSeconds < 10
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalMilliseconds):F0} ms")
        : time.TotalMinutes < 2
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min");
}
