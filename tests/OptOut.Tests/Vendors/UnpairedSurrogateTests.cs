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

/// <summary>
/// A JSON property name may contain an escaped, unpaired surrogate, which is not valid text: .NET throws when it compares such a name
/// with another.
/// </summary>
public sealed class UnpairedSurrogateTests
{
    // Longer than any name that is looked for, because only then does .NET compare the two.
    private const string Unpaired = "\"\\ud800-and-more-characters-than-a-name-has\":1";

    private static readonly FakeTimeProvider Time = new();

    private static readonly TopicCatalogue Catalogue = new(
        Options.Create(new CatalogueOptions { Topics = [new TopicOptions { Id = 1, Name = "news" }] }));

    [Fact]
    public void SendGrid_events_are_read()
    {
        var lists = new SendGridLists(Catalogue, Options.Create(new SendGridOptions { Groups = { ["news"] = 1 } }));

        AssertRead(new SendGridEvents(lists, Time).Read(Encoding.UTF8.GetBytes(
            $$"""[{{{Unpaired}},"event":"unsubscribe","email":"a@example.com","timestamp":1760000000,{{Unpaired}}}]""")));
    }

    [Fact]
    public void Postmark_events_are_read() => AssertRead(
        new PostmarkEvents(new PostmarkStreams(Catalogue, Options.Create(new PostmarkOptions())), Time).Read(Encoding.UTF8.GetBytes(
            $$"""
            {{{Unpaired}},"RecordType":"SubscriptionChange","Recipient":"a@example.com","Origin":"Recipient","SuppressSending":true,
             {{Unpaired}}}
            """)));

    [Fact]
    public void Mailgun_events_are_read() => AssertRead(new MailgunEvents(Time).Read(VendorField.Parse(Encoding.UTF8.GetBytes(
        $$"""{"event-data":{{{Unpaired}},"event":"unsubscribed","recipient":"a@example.com",{{Unpaired}}},{{Unpaired}}}"""))!.Value));

    [Fact]
    public void Amazon_SES_events_are_read() => AssertRead(new AmazonSesEvents(Time).Read("key",
        $$"""
        {"eventType":"Complaint",
         "complaint":{"complainedRecipients":[{"emailAddress":"a@example.com",{{Unpaired}}}],{{Unpaired}}},{{Unpaired}}}
        """));

    [Fact]
    public void An_SNS_message_is_read() => Assert.Equal("Notification", SnsMessage.Read(Encoding.UTF8.GetBytes(
        $$"""
        {"Type":"Notification","TopicArn":"t","MessageId":"1","Message":"",
         "SigningCertURL":"c","SignatureVersion":"2","Signature":"",{{Unpaired}}}
        """))?.Type);

    [Fact]
    public void Dialler_marks_are_read() => AssertRead(new DiallerMarks("BE", Time).Read(Encoding.UTF8.GetBytes(
        $$"""{"marks":[{{{Unpaired}},"number":"+32470123456",{{Unpaired}}}],{{Unpaired}}}"""), "message"));

    [Fact]
    public void Events_of_a_generic_vendor_are_read()
    {
        var entries = new HttpVendorEntries(Channel.Email, new HttpVendorLists(Catalogue, Channel.Email, new HttpVendorOptions()), "BE");

        AssertRead(new HttpVendorEvents(entries).Read(Encoding.UTF8.GetBytes(
            $$"""{{{Unpaired}},"type":"unsubscribed","identifier":"a@example.com",{{Unpaired}}}"""), "message", Time.GetUtcNow()));
    }

    [Fact]
    public void Of_two_fields_with_the_same_name_the_last_one_counts() => Assert.Equal(
        "b", VendorField.Parse(Encoding.UTF8.GetBytes($$"""{"name":"a","name":"b",{{Unpaired}}}"""))?.Text("name"));

    private static void AssertRead(VendorSignals signals)
    {
        Assert.Single(signals.Signals);
        Assert.Equal(0, signals.Unreadable);
    }
}
