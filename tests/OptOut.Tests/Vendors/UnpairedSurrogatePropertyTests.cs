using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Api;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform.Http;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Files;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.SendGrid;
using OptOut.Vendors.Twilio;

namespace OptOut.Tests.Vendors;

/// <summary>
/// Half a surrogate pair anywhere in untrusted JSON, as a name or as a value, must not make a reader throw: the sender would be answered
/// 500, and send the same body until it gives up. Beside such a member, everything else is read as before.
/// </summary>
public sealed class UnpairedSurrogatePropertyTests
{
    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static readonly TopicCatalogue Catalogue = new(
        Options.Create(new CatalogueOptions { Topics = [new TopicOptions { Id = 1, Name = "news" }] }));

    /// <summary>What reads untrusted JSON: a body, and how it is read. The result is what was understood, as text.</summary>
    private static readonly Dictionary<string, (string Body, Func<string, string> Read)> Readers = new(StringComparer.Ordinal)
    {
        ["SendGrid's events"] = (
            """[{"event":"unsubscribe","email":"a@example.com","timestamp":1760000000,"sg_event_id":"x","asm_group_id":3}]""",
            body => Print(new SendGridEvents(
                new SendGridLists(Catalogue, Options.Create(new SendGridOptions { Groups = { ["news"] = 3 } })), Time).Read(
                    Bytes(body).Span))),
        ["Postmark's events"] = (
            """
            {"RecordType":"SubscriptionChange","Recipient":"a@example.com","Origin":"Recipient","SuppressSending":true,
             "ChangedAt":"2026-03-01T10:00:00Z","MessageStream":"broadcast","Metadata":{"a":"b"}}
            """,
            body => Print(
                new PostmarkEvents(new PostmarkStreams(Catalogue, Options.Create(new PostmarkOptions())), Time).Read(Bytes(body)))),
        ["Mailgun's events"] = (
            """
            {"signature":{"token":"t","timestamp":"1","signature":"s"},
             "event-data":{"event":"unsubscribed","recipient":"a@example.com","timestamp":1760000000.5,"tags":["x"]}}
            """,
            body => VendorField.Parse(Bytes(body)) is { } json ? Print(new MailgunEvents(Time).Read(json)) : "not JSON"),
        ["Amazon SES's events"] = (
            """
            {"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@example.com"}],
             "timestamp":"2026-03-01T10:00:00Z"},"mail":{"messageId":"m"}}
            """,
            body => Print(new AmazonSesEvents(Time).Read("key", body))),
        ["SNS's messages"] = (
            """
            {"Type":"Notification","TopicArn":"t","MessageId":"1","Message":"m","SigningCertURL":"c","SignatureVersion":"2",
             "Signature":"","Timestamp":"2026-03-01T10:00:00Z"}
            """,
            body => SnsMessage.Read(Bytes(body)) is { } read ? $"{read} {Encoding.UTF8.GetString(read.Signed)}" : "nothing"),
        ["the dialler's marks"] = (
            """{"marks":[{"number":"+32470123456","at":"2026-03-01T10:00:00Z","id":"7"}]}""",
            body => Print(new DiallerMarks("BE", Time).Read(Bytes(body), "message"))),
        ["a vendor's events"] = (
            """{"type":"unsubscribed","identifier":"a@example.com","at":"2026-03-01T10:00:00Z","list":"all","id":"7"}""",
            body => Print(new HttpVendorEvents(new HttpVendorEntries(
                Channel.Email, new HttpVendorLists(Catalogue, Channel.Email, new HttpVendorOptions()), "BE"))
                .Read(Bytes(body).Span, "message", Time.GetUtcNow()))),
        ["Twilio's JSON"] = (
            """{"From":"+32470123456","Body":"STOP","NumMedia":0}""",
            body => string.Join('|', TwilioRequest.Json(Bytes(body)))),
        ["a line of a vendor's list"] = (
            """{"number":"+32470123456","why":"left"}""",
            body => ListColumns.Create(
                    new ListFileOptions { Format = ListFileFormat.NdJson, Columns = { ["Phone"] = "number", ["Reason"] = "why" } },
                    IdentifierKind.Phone, "BE", null, out _)!.TryRead(body, out var entry)
                ? $"{entry!.Identifier.Value} {entry.Reason}"
                : "nothing"),
    };

    // Short and long, because .NET compares only names that are long enough to be the one it looks for.
    private static readonly Gen<string> Unpaired =
        from half in Gen.OneOf<string>("\\ud800", "\\udc00", "\\udfff", "\\uD83D", "\\ude00\\ud83d")
        from before in Gen.String[Gen.Char['a', 'z'], 0, 12]
        from after in Gen.String[Gen.Char['a', 'z'], 0, 40]
        select $"\"{before}{half}{after}\"";

    public static TheoryData<string> Names => [.. Readers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_is_understood(string reader) => Assert.Matches(
        @"a@example\.com|\+32470123456|Notification 1", Readers[reader].Read(Readers[reader].Body));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_further_member_changes_nothing(string reader)
    {
        var (body, read) = Readers[reader];
        var expected = read(body);
        int[] objects = [.. Enumerable.Range(1, body.Length - 1).Where(i => body[i - 1] == '{')];

        Gen.Select(Gen.Int[0, objects.Length - 1], Unpaired, Gen.OneOf(Gen.Const("1"), Gen.Const("{}"), Unpaired)).Sample(
            (at, name, value) =>
            {
                var changed = body.Insert(objects[at], $"{name}:{value},");
                Assert.Equal((changed, expected), (changed, read(changed)));
            },
            iter: 2_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_member_that_is_not_text_never_makes_the_reader_throw(string reader)
    {
        var (body, read) = Readers[reader];
        List<(int From, int To)> texts = [];
        for (var from = body.IndexOf('"'); from >= 0; from = body.IndexOf('"', texts[^1].To))
            texts.Add((from, body.IndexOf('"', from + 1) + 1));

        Gen.Select(Gen.Int[0, texts.Count - 1], Gen.Int[0, texts.Count - 1], Unpaired, Unpaired).Sample(
            (first, second, one, other) =>
            {
                var (left, right) = (Math.Min(first, second), Math.Max(first, second));
                var changed = body[..texts[right].From] + one + body[texts[right].To..];
                if (left != right)
                    changed = changed[..texts[left].From] + other + changed[texts[left].To..];
                return read(changed) is not null;
            },
            iter: 2_000);
    }

    [Fact]
    public void A_call_of_the_API_with_half_a_surrogate_pair_is_answered_with_400() =>
        Gen.Select(Unpaired, Unpaired, Gen.Int[0, 2]).Sample((one, other, place) =>
        {
            var body = place switch
            {
                0 => "{" + one + """:1,"identifiers":{"email":["a@example.com"]}}""",
                1 => """{"identifiers":{"email":[""" + one + "]}}",
                _ => """{"identifiers":{"email":["a@example.com"],""" + one + ":" + other + "}}",
            };
            var request = new DefaultHttpContext { Request = { Body = new MemoryStream(Bytes(body).ToArray()) } }.Request;
            var read = ApiBody.ReadAsync(request, SubjectJson.Default.SubjectRequest, CancellationToken.None).GetAwaiter().GetResult();
            Assert.Equal((body, 400), (body, (read.Problem as IStatusCodeHttpResult)?.StatusCode));
        });

    [Fact]
    public void Of_two_members_with_the_same_name_the_last_one_counts_beside_one_that_is_not_text() =>
        Assert.Equal("b", VendorField.Parse(Bytes("""{"name":"a","name":"b","\ud800-and-more-than-a-name-has":1}"""))?.Text("name"));

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Print(VendorSignals signals) => string.Join(
        '|',
        signals.Signals.Select(s => $"{s.Identifier.Value} {s.Stop} {s.At:O}")
            .Concat(signals.Bounces.Select(b => $"{b}")).Append($"{signals.Unreadable} {signals.Ignored}"));
}
