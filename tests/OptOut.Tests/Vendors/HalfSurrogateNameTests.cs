using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Vendors;

/// <summary>JSON may escape half a surrogate pair in a property's name, which is no text: .NET throws when it compares such a name with another.</summary>
public sealed class HalfSurrogateNameTests
{
    // Longer than any name that is looked for, because only then are the two compared.
    private const string Half = "\"\\ud800-and-more-characters-than-a-name-has\":1";

    private static readonly FakeTimeProvider Time = new();

    private static readonly TopicCatalogue Catalogue = new(Options.Create(new CatalogueOptions { Topics = [new TopicOptions { Id = 1, Name = "news" }] }));

    [Fact]
    public void SendGrid()
    {
        var lists = new SendGridLists(Catalogue, Options.Create(new SendGridOptions { Groups = { ["news"] = 1 } }));

        AssertRead(new SendGridEvents(lists, Time).Read(Encoding.UTF8.GetBytes(
            $$"""[{{{Half}},"event":"unsubscribe","email":"a@example.com","timestamp":1760000000,{{Half}}}]""")));
    }

    [Fact]
    public void Postmark() => AssertRead(new PostmarkEvents(new PostmarkStreams(Catalogue, Options.Create(new PostmarkOptions())), Time).Read(Encoding.UTF8.GetBytes(
        $$"""{{{Half}},"RecordType":"SubscriptionChange","Recipient":"a@example.com","Origin":"Recipient","SuppressSending":true,{{Half}}}""")));

    [Fact]
    public void Mailgun() => AssertRead(new MailgunEvents(Time).Read(VendorField.Parse(Encoding.UTF8.GetBytes(
        $$"""{"event-data":{{{Half}},"event":"unsubscribed","recipient":"a@example.com",{{Half}}},{{Half}}}"""))!.Value));

    [Fact]
    public void AmazonSes() => AssertRead(new AmazonSesEvents(Time).Read("key",
        $$"""{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@example.com",{{Half}}}],{{Half}}},{{Half}}}"""));

    [Fact]
    public void An_SNS_message() => Assert.Equal("Notification", SnsMessage.Read(Encoding.UTF8.GetBytes(
        $$"""{"Type":"Notification","TopicArn":"t","MessageId":"1","Message":"","SigningCertURL":"c","SignatureVersion":"2","Signature":"",{{Half}}}"""))?.Type);

    [Fact]
    public void Dialler() => AssertRead(new DiallerMarks("BE", Time).Read(Encoding.UTF8.GetBytes(
        $$"""{"marks":[{{{Half}},"number":"+32470123456",{{Half}}}],{{Half}}}"""), "message"));

    [Fact]
    public void Any_other()
    {
        var entries = new HttpVendorEntries(Channel.Email, new HttpVendorLists(Catalogue, Channel.Email, new HttpVendorOptions()), "BE");

        AssertRead(new HttpVendorEvents(entries).Read(Encoding.UTF8.GetBytes(
            $$"""{{{Half}},"type":"unsubscribed","identifier":"a@example.com",{{Half}}}"""), "message", Time.GetUtcNow()));
    }

    [Fact]
    public void Of_two_fields_of_one_name_the_last_counts_as_elsewhere() => Assert.Equal(
        "b", VendorField.Parse(Encoding.UTF8.GetBytes($$"""{"name":"a","name":"b",{{Half}}}"""))?.Text("name"));

    private static void AssertRead(VendorSignals signals)
    {
        Assert.Single(signals.Signals);
        Assert.Equal(0, signals.Unreadable);
    }
}
