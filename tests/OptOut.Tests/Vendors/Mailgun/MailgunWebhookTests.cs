using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Vendors;
using OptOut.Vendors.Mailgun;

namespace OptOut.Tests.Vendors.Mailgun;

public sealed class MailgunWebhookTests
{
    private const string Key = "the-signing-key", NextKey = "the-next-signing-key";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Key, 0, true)]
    [InlineData(NextKey, 0, true)]
    [InlineData("another-key", 0, false)]
    [InlineData(Key, -8 * 60, true)]
    [InlineData(Key, -25 * 60, false)]
    [InlineData(Key, 10, true)]
    [InlineData(Key, 60, false)]
    public void A_signature_by_either_key_is_accepted_for_a_day(string key, int minutes, bool accepted) =>
        Assert.Equal(accepted, Verify(Signature(key, Now.AddMinutes(minutes))));

    [Fact]
    public void An_event_of_a_subaccount_is_accepted_with_the_parent_accounts_signature()
    {
        var signature = Signature("the-subaccounts-key", Now);
        signature["parent-signature"] = Signed(Key, signature);

        Assert.True(Verify(signature));
    }

    [Theory]
    [InlineData("timestamp", "1772366401")]
    [InlineData("timestamp", "")]
    [InlineData("timestamp", "99999999999999999999")]
    [InlineData("token", "e0b5477167110d68991efc6b9f89f0a11066af27834600e123")]
    [InlineData("token", "")]
    [InlineData("signature", "")]
    [InlineData("signature", "zz")]
    [InlineData("signature", "0000000000000000000000000000000000000000000000000000000000000000")]
    public void An_altered_signature_is_rejected(string field, string value)
    {
        var signature = Signature(Key, Now);
        signature[field] = value;

        Assert.False(Verify(signature));
        Assert.False(Verify(new JsonArray(signature.DeepClone())));
        signature.Remove(field);
        Assert.False(Verify(signature));
    }

    // https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads, shortened.
    [Fact]
    public void The_documented_unsubscribe_event_stops_everything()
    {
        var signal = Assert.Single(Read("""
            {"signature":{"token":"t","timestamp":"1","signature":"s"},
             "event-data":{"ip":"50.56.129.169","timestamp":1521472262.908181,"tags":["my_tag_1","my_tag_2"],
              "id":"Ase7i2zsRYeDXztHGENqRA","log-level":"info","recipient":"Alice@Example.com","recipient-domain":"example.com",
              "event":"unsubscribed","domain":{"name":"sample.mailgun.com"}}}
            """).Signals);

        Assert.Equal(
            ("alice@example.com", Scope.Everything, VendorEntryKind.Unsubscribed), (signal.Identifier.Value, signal.Stop, signal.Kind));
        Assert.Equal(1521472262908, signal.At.ToUnixTimeMilliseconds());
        Assert.StartsWith("Ase7i2zsRYeDXztHGENqRA~", signal.EventKey, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unsubscribed", null, null, "stop")]
    [InlineData("complained", null, null, "stop")]
    [InlineData("failed", "permanent", "bounce", "bounce")]
    [InlineData("failed", "permanent", "suppress-bounce", "bounce")]
    [InlineData("failed", "permanent", "suppress-unsubscribe", "drift")]
    [InlineData("failed", "permanent", "suppress-complaint", "drift")]
    [InlineData("failed", "permanent", "generic", "undelivered")]
    [InlineData("failed", "permanent", "old", "undelivered")]
    [InlineData("failed", "temporary", "bounce", "undelivered")]
    [InlineData("failed", null, null, "undelivered")]
    [InlineData("delivered", null, null, "ignored")]
    public void Each_kind_of_event_has_its_own_meaning(string kind, string? severity, string? reason, string meaning)
    {
        var signals = Read(JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["event-data"] = new { @event = kind, severity, reason, recipient = "a@example.com", id = "x", timestamp = 1772366400.5 },
        }));

        Assert.Equal(meaning, (
            signals.Signals.Count,
            signals.Bounces.Count,
            signals.Drifts.Count,
            signals.Undelivered,
            signals.Ignored,
            signals.Unreadable) switch
        {
            (1, 0, 0, 0, 0, 0) => "stop",
            (0, 1, 0, 0, 0, 0) => "bounce",
            (0, 0, 1, 0, 0, 0) => "drift",
            (0, 0, 0, 1, 0, 0) => "undelivered",
            (0, 0, 0, 0, 1, 0) => "ignored",
            _ => "?",
        });
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"event-data\":[]}")]
    [InlineData("{\"event-data\":{\"event\":7}}")]
    [InlineData("{\"event-data\":{\"event\":\"unsubscribed\"}}")]
    [InlineData("{\"event-data\":{\"event\":\"complained\",\"recipient\":\"no address\"}}")]
    [InlineData("{\"event-data\":{\"event\":\"failed\",\"severity\":\"permanent\",\"reason\":\"bounce\",\"recipient\":\"\\ud800\"}}")]
    public void An_unreadable_event_is_counted(string body) => Assert.Equal(1, Read(body).Unreadable);

    [Theory]
    [InlineData("\"timestamp\":\"soon\"")]
    [InlineData("\"timestamp\":1e300")]
    [InlineData("\"timestamp\":-1")]
    [InlineData("\"id\":\"a@example.com\"")]
    public void A_Stop_without_a_usable_time_or_id_still_counts(string field)
    {
        var signal = Assert.Single(
            Read("{\"signature\":{\"token\":\"abc\"},\"event-data\":{\"event\":\"unsubscribed\",\"recipient\":\"a@example.com\","
                + field
                + "}}").Signals);

        Assert.Equal(Now, signal.At);
        Assert.Equal("token~abc", signal.EventKey);
    }

    [Theory]
    [InlineData("Fri, 21 Oct 2011 11:02:55 GMT")]
    [InlineData("Fri, 21 Oct 2011 11:02:55 UTC")]
    [InlineData("Fri, 21 Oct 2011 13:02:55 +0200")]
    public void A_time_is_read_in_each_of_its_formats(string text)
    {
        Assert.True(MailgunDate.TryParse(text, out var at));
        Assert.Equal(new DateTimeOffset(2011, 10, 21, 11, 2, 55, TimeSpan.Zero), at.ToUniversalTime());
    }

    private static bool Verify(JsonNode signature)
    {
        var options = Options.Create(new MailgunOptions { SigningKeys = [Key, NextKey] });
        return new MailgunSignature(options, new FakeTimeProvider(Now)).Verify(
            VendorField.Parse(Encoding.UTF8.GetBytes(signature.ToJsonString()))!.Value);
    }

    private static JsonObject Signature(string key, DateTimeOffset at)
    {
        var signature = new JsonObject
        {
            ["timestamp"] = $"{at.ToUnixTimeSeconds()}",
            ["token"] = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0",
        };
        signature["signature"] = Signed(key, signature);
        return signature;
    }

    private static string Signed(string key, JsonObject signature) => Convert.ToHexStringLower(
        HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(key),
            Encoding.UTF8.GetBytes(signature["timestamp"]!.GetValue<string>() + signature["token"]!.GetValue<string>())));

    private static VendorSignals Read(string body) =>
        new MailgunEvents(new FakeTimeProvider(Now)).Read(VendorField.Parse(Encoding.UTF8.GetBytes(body))!.Value);
}
