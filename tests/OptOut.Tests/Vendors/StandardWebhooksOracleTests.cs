extern alias Oracle;
using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Oracle::StandardWebhooks.Diagnostics;
using Ours = OptOut.Vendors.StandardWebhooks;
using Theirs = Oracle::StandardWebhooks.StandardWebhook;

namespace OptOut.Tests.Vendors;

/// <summary>A published library for the same scheme produces the same signatures as ours and accepts the same messages.</summary>
public sealed class StandardWebhooksOracleTests
{
    private static readonly Gen<string> Secret = Gen.Byte.Array[24, 64].Select(b => "whsec_" + Convert.ToBase64String(b));
    private static readonly Gen<string> Id = Gen.String[Gen.Char["abcXYZ019_-"], 1, 40];
    private static readonly Gen<string> Body = Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char["\u00e9\u20ac\r\n"]), 0, 200];

    [Fact]
    public void Both_libraries_produce_the_same_signature() =>
        Gen.Select(Secret, Id, Body, Gen.Int[0, int.MaxValue]).Sample((secret, id, body, seconds) =>
        {
            var at = DateTimeOffset.FromUnixTimeSeconds(seconds);

            Assert.Equal(new Theirs(secret).Sign(id, at, body), new Ours([secret]).Sign(id, at, Encoding.UTF8.GetBytes(body)));
        });

    [Fact]
    public void Both_libraries_accept_a_genuine_message_and_reject_a_changed_one() =>
        Gen.Select(Secret, Secret, Id, Body, Gen.Int[0, 3]).Sample((secret, other, id, body, changed) =>
        {
            // Signed now, because their library checks the age.
            var at = TimeProvider.System.GetUtcNow();
            var signature = new Ours([changed == 3 ? other : secret]).Sign(id, at, Encoding.UTF8.GetBytes(body));
            var (sentId, sent, timestamp) = (
                changed == 1 ? id + "x" : id,
                changed == 2 ? body + " " : body,
                at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

            Assert.Equal(changed == 0, new Ours([secret]).Verify(sentId, timestamp, signature, Encoding.UTF8.GetBytes(sent), out _));
            Assert.Equal(changed == 0, IsAuthentic(new Theirs(secret), sentId, timestamp, signature, sent));
        });

    private static bool IsAuthentic(Theirs theirs, string id, string timestamp, string signature, string body)
    {
        try
        {
            theirs.Verify(
                body,
                new HeaderDictionary { [Ours.IdHeader] = id, [Ours.TimestampHeader] = timestamp, [Ours.SignatureHeader] = signature });
            return true;
        }
        catch (WebhookVerificationException)
        {
            return false;
        }
    }
}
