using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Vendors;

/// <summary>An event of a kind that a vendor may add later is counted apart from those that are known to mean nothing.</summary>
public sealed class UnknownEventTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 9, 14, 5, 0, TimeSpan.Zero));

    private static readonly TopicCatalogue Catalogue = new(Options.Create(new CatalogueOptions
    {
        Topics = [new TopicOptions { Id = 1, Name = "news" }],
    }));

    public static TheoryData<string, string> Known => new()
    {
        { "sendgrid", "processed" }, { "sendgrid", "delivered" }, { "sendgrid", "open" }, { "sendgrid", "click" },
        { "mailgun", "accepted" }, { "mailgun", "delivered" }, { "mailgun", "opened" }, { "mailgun", "clicked" },
        { "postmark", "Delivery" }, { "postmark", "Open" }, { "postmark", "Click" },
        { "amazon-ses", "Send" }, { "amazon-ses", "Delivery" }, { "amazon-ses", "Open" },
        { "amazon-ses", "AmazonSnsSubscriptionSucceeded" },
        { "crm", "delivered" }, { "crm", "opened" },
    };

    public static TheoryData<string> Vendors => ["sendgrid", "mailgun", "postmark", "amazon-ses", "crm"];

    [Theory]
    [MemberData(nameof(Known))]
    public void An_event_about_a_message_is_ignored(string vendor, string kind)
    {
        var signals = Read(vendor, kind);

        Assert.Equal((1, 0, 0), (signals.Ignored, signals.Unknown, signals.Unreadable));
        Assert.Empty(signals.Signals);
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public void An_event_of_another_kind_is_counted_as_unknown(string vendor)
    {
        var signals = Read(vendor, "opted_out_of_2030");

        Assert.Equal((1, 1, 0), (signals.Ignored, signals.Unknown, signals.Unreadable));
        Assert.Contains(("unknown", 1), signals.Counts);
        Assert.Empty(signals.Signals);
    }

    private static VendorSignals Read(string vendor, string kind) => vendor switch
    {
        "sendgrid" => new SendGridEvents(
            new SendGridLists(Catalogue, Options.Create(new SendGridOptions { Groups = { ["news"] = 1 } })), Time)
            .Read(Encoding.UTF8.GetBytes($$"""[{"event":"{{kind}}","email":"a@example.com"}]""")),
        "mailgun" => new MailgunEvents(Time).Read(VendorField.Parse(Encoding.UTF8.GetBytes(
            $$$"""{"event-data":{"event":"{{{kind}}}","recipient":"a@example.com"}}"""))!.Value),
        "postmark" => new PostmarkEvents(new PostmarkStreams(Catalogue, Options.Create(new PostmarkOptions())), Time)
            .Read(Encoding.UTF8.GetBytes($$"""{"RecordType":"{{kind}}","Recipient":"a@example.com"}""")),
        "amazon-ses" => new AmazonSesEvents(Time).Read("key", $$"""{"eventType":"{{kind}}"}"""),
        _ => new HttpVendorEvents(
            new HttpVendorEntries(Channel.Email, new HttpVendorLists(Catalogue, Channel.Email, new HttpVendorOptions()), "BE"))
            .Read(Encoding.UTF8.GetBytes($$"""{"type":"{{kind}}","identifier":"a@example.com"}"""), "message", Time.GetUtcNow()),
    };
}
