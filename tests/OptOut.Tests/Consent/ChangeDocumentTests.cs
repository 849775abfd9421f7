using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class ChangeDocumentTests
{
    private static readonly Gen<ChangeEvidence> AnyEvidence = Gen.Select(
        AnyChannel,
        AnyTopic,
        Gen.UInt,
        Gen.OneOf<string?>(null, "sendgrid", "print-house"),
        Gen.OneOf<string?>(null, "SM1", " ~\"\\</script>"),
        Gen.OneOf<string?>(null, "key:portal"),
        (channel, topic, campaign, vendor, reference, by) => new ChangeEvidence(channel, topic, campaign, vendor, reference, by));

    [Fact]
    public void A_change_survives_a_round_trip_through_JSON() =>
        Gen.Select(AnyChange, AnyEvidence, Gen.Bool).Sample((plain, evidence, oneOfSeveral) =>
        {
            var change = Change.Create(
                plain.Id,
                plain.Subject,
                plain.Scope,
                plain.Decision,
                plain.At,
                plain.ReceivedAt,
                plain.Source,
                evidence,
                oneOfSeveral ? Id(50) : null,
                plain.Seen);

            Assert.Equal(change, ChangeDocument.FromJson(ChangeDocument.From(change).ToJson()).ToChange());
        });

    [Fact]
    public void The_JSON_of_a_plain_one_click_is_exactly_this()
    {
        Assert.Equal(
            """
            {"id":"0196c9a1-0000-7000-8000-000000000001","subject":"0024H36H2NCSVRH6DAQF6DVVQZ","scope":"*,*","decision":"Stop",
            "at":"2026-05-01T12:00:00+00:00","receivedAt":"2026-05-01T12:00:00+00:00","source":"OneClick","campaign":0}
            """.ReplaceLineEndings(""),
            ChangeDocument.From(Stop(1)).ToJson());
    }

    [Theory]
    [InlineData("OneClick", "*,*")]
    [InlineData("Import", "email,*")]
    [InlineData("VendorWebhook", "*,a")]
    [InlineData("Reconciliation", "email,a")]
    [InlineData("SmsReply", "*,*")]
    [InlineData("SmsReply", "email,*")]
    [InlineData("PhoneAgent", "phone,*")]
    public void A_document_with_an_Allow_that_its_source_may_not_give_is_refused(string source, string scope)
    {
        var document = Written();
        (document["decision"], document["source"], document["scope"], document["seen"]) = ("Allow", source, scope, 0);

        Assert.Throws<AllowNotPermittedException>(() => Read(document));
    }

    [Theory]
    [InlineData("id", "no-uuid")]
    [InlineData("id", null)]
    [InlineData("subject", "0024h36h2ncsvrh6daqf6dvvqz")]
    [InlineData("subject", null)]
    [InlineData("scope", "email")]
    [InlineData("scope", null)]
    [InlineData("decision", "Maybe")]
    [InlineData("decision", 7)]
    [InlineData("decision", null)]
    [InlineData("at", "yesterday")]
    [InlineData("receivedAt", null)]
    [InlineData("source", "Nobody")]
    [InlineData("source", 99)]
    [InlineData("campaign", -1)]
    [InlineData("seen", 1)]
    [InlineData("by", "two\nlines")]
    [InlineData("seenOnChannel", "fax")]
    [InlineData("seenOnTopic", "Not A Topic")]
    [InlineData("reference", "two\nlines")]
    [InlineData("vendor", "two\nlines")]
    public void A_document_with_an_invalid_or_missing_field_is_refused(string field, object? value)
    {
        var document = Written();
        document[field] = JsonValue.Create(value);
        if (value is null)
            document.Remove(field);

        var refused = Assert.ThrowsAny<Exception>(() => Read(document));

        Assert.True(
            refused is JsonException or FormatException or ArgumentException,
            $"{refused.GetType().Name} is not one of the exceptions that readers of a document catch.");
    }

    [Fact]
    public void The_changes_of_a_submission_survive_a_round_trip_through_JSON() => Changes.Sample(changes =>
        Assert.Equal(changes, ChangeDocument.ListFromJson(ChangeDocument.ToJson(changes)).Select(d => d.ToChange())));

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[")]
    [InlineData("")]
    public void Text_that_is_not_a_list_of_documents_is_refused(string json) =>
        Assert.Throws<JsonException>(() => ChangeDocument.ListFromJson(json));

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public void Text_that_is_not_a_document_is_refused(string json) => Assert.Throws<JsonException>(() => ChangeDocument.FromJson(json));

    private static JsonObject Written() => (JsonObject)JsonNode.Parse(ChangeDocument.From(Stop(1)).ToJson())!;

    private static Change Read(JsonNode document) => ChangeDocument.FromJson(document.ToJsonString()).ToChange();
}
