using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridEventWebhookTests
{
    private const string Unsubscribe = """{"email":"A@Example.com","timestamp":1760000000,"event":"unsubscribe","sg_event_id":"one"}""";
    private const string Spam = """{"email":"b@example.com","timestamp":1760000001,"event":"spamreport","sg_event_id":"two"}""";
    private const string Group =
        """{"email":"c@example.com","timestamp":1760000002,"event":"group_unsubscribe","asm_group_id":102,"sg_event_id":"three"}""";

    // The test vector that Twilio publishes with its own libraries (sendgrid/sendgrid-csharp, RequestValidatorTests.cs).
    [Theory]
    [InlineData("1588788367", true)]
    [InlineData("1588788368", false)]
    public async Task Twilios_test_vector_is_accepted_only_with_its_own_timestamp(string timestamp, bool accepted)
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:EventPublicKeys:0",
            (string?)"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="),
            ]);
        var body = Encoding.UTF8.GetBytes("""{"category":"example_payload","event":"test_event","message_id":"message_id"}""");

        var signals = it.Read(
            "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=", timestamp, body);

        Assert.Equal(accepted ? 1 : null, signals?.Unreadable); // The body of the vector is an object. Real events come as an array.
    }

    [Fact]
    public async Task A_stop_at_SendGrid_becomes_a_signal()
    {
        await using var it = await StartAsync();

        var signals = Read(it, $"[{Unsubscribe},{Spam},{Group}]\r\n");

        Assert.Equal(
            [
                new VendorSignal(
                    "one",
                    Email("a@example.com"),
                    Scope.Everything,
                    DateTimeOffset.FromUnixTimeSeconds(1760000000),
                    VendorEntryKind.Unsubscribed),
                new VendorSignal(
                    "two",
                    Email("b@example.com"),
                    Scope.Everything,
                    DateTimeOffset.FromUnixTimeSeconds(1760000001),
                    VendorEntryKind.Complaint),
                new VendorSignal(
                    "three",
                    Email("c@example.com"),
                    Scope.Everything,
                    DateTimeOffset.FromUnixTimeSeconds(1760000002),
                    VendorEntryKind.Unsubscribed),
            ],
            signals!.Signals);
        Assert.Equal((0, 0, 0), (signals.Undelivered, signals.Ignored, signals.Unreadable));
    }

    [Fact]
    public async Task Where_people_were_offered_both_choices_leaving_a_group_stops_only_its_topic()
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:GroupStops", (string?)"Topic")]);

        var signals = Read(
            it,
            $"[{Group},{Group.Replace("102", "555", StringComparison.Ordinal)},"
                + $"{Group.Replace("102", "900", StringComparison.Ordinal)},"
                + $"{Group.Replace("102", "\"x\"", StringComparison.Ordinal)}]")!;

        Assert.Equal(["*,offers", "*,*", "*,*"], signals.Signals.Select(s => s.Stop.ToString()));
        Assert.Equal(1, signals.Ignored);
    }

    [Fact]
    public async Task Delivery_events_are_distinguished_from_a_persons_own_actions()
    {
        await using var it = await StartAsync();

        var signals = Read(it, """
            [{"event":"delivered","email":"a@example.com"},{"event":"open"},{"event":"deferred","email":"a@example.com"},
             {"event":"processed"},
             {"event":"group_resubscribe","email":"again@example.com","asm_group_id":102},
             {"event":"group_resubscribe","email":"service@example.com","asm_group_id":900},
             {"event":"bounce","type":"bounce","email":"gone@example.com","timestamp":1760000000,"sg_event_id":"b1"},
             {"event":"bounce","type":"blocked","email":"busy@example.com"},
             {"event":"bounce","email":"unsaid@example.com"},
             {"event":"dropped","email":"a@example.com","reason":"Spam Content (if Spam Checker app enabled)"},
             {"event":"dropped","email":"a@example.com"},
             {"event":"dropped","email":"bounced@example.com","reason":"Bounced Address"},
             {"event":"dropped","email":"left@example.com","reason":"Unsubscribed Address","timestamp":1760000001,"sg_event_id":"d1"},
             {"event":"dropped","email":"spam@example.com","reason":"Spam Reporting Address","timestamp":1760000002,"sg_event_id":"d2"},
             {"event":"dropped","reason":"Unsubscribed Address"},{"event":"group_resubscribe","asm_group_id":102}]
            """)!;

        Assert.Empty(signals.Signals);
        Assert.Equal(
            [
                new VendorDrift("d1", Email("left@example.com"), Channel.Email, DateTimeOffset.FromUnixTimeSeconds(1760000001)),
                new VendorDrift("d2", Email("spam@example.com"), Channel.Email, DateTimeOffset.FromUnixTimeSeconds(1760000002)),
            ],
            signals.Drifts);
        Assert.Equal([Email("gone@example.com"), Email("bounced@example.com")], signals.Bounces.Select(b => b.Identifier));
        Assert.Equal([Email("again@example.com")], signals.Resubscribed);
        Assert.Equal((4, 5, 2), (signals.Undelivered, signals.Ignored, signals.Unreadable));
    }

    // Twilio's other test vector, a real event, which is in all its libraries: sendgrid/sendgrid-python, test/unit/test_eventwebhook.py.
    [Theory]
    [InlineData("\r\n", true)]
    [InlineData("\n", false)]
    [InlineData("", false)]
    public async Task Twilios_test_vector_of_an_event_is_accepted_only_with_its_final_line_break(string end, bool accepted)
    {
        var sent = """
            [{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",
            "sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
            "sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
            "smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]
            """.ReplaceLineEndings("");
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:EventPublicKeys:0",
            (string?)"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="),
            ]);

        var signals = it.Read(
            "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
            "1600112502",
            Encoding.UTF8.GetBytes(sent + end));

        Assert.Equal(
            accepted ? new VendorBounce(Email("hello@world.com"), DateTimeOffset.FromUnixTimeSeconds(1600112492)) : null,
            signals?.Bounces.Single());
    }

    [Fact]
    public async Task A_retry_is_accepted_after_its_key_became_the_second_one()
    {
        await using var it = await StartAsync();
        var body = Encoding.UTF8.GetBytes($"[{Unsubscribe}]");
        var (signature, timestamp) = it.Account.Sign(body);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var rotated = await StartAsync(settings:
        [
            KeyValuePair.Create("OptOut:SendGrid:EventPublicKeys:0", (string?)Convert.ToBase64String(next.ExportSubjectPublicKeyInfo())),
            KeyValuePair.Create("OptOut:SendGrid:EventPublicKeys:1", (string?)it.Account.EventPublicKey),
        ]);

        Assert.Equal("one", Assert.Single(rotated.Read(signature, timestamp, body)!.Signals).EventKey);
    }

    [Fact]
    public async Task A_bad_element_does_not_affect_its_neighbours()
    {
        await using var it = await StartAsync();
        string[] bad =
        [
            "null", "7", "[]", "{}", """{"event":5}""", """{"event":"unsubscribe"}""", """{"event":"unsubscribe","email":"nobody"}""",
            """{"event":"spamreport","email":["a@example.com"]}""",
            """{"event":"unsubscribe","email":"\ud800@example.com"}""", """{"event":"\udfff"}""",
        ];

        foreach (var element in bad)
        {
            var signals = Read(it, $"[{Unsubscribe},{element},{Spam}]")!;
            Assert.Equal(["one", "two"], signals.Signals.Select(s => s.EventKey));
            Assert.Equal(1, signals.Unreadable);
        }
    }

    [Theory]
    [InlineData("[{0},{1},")]
    [InlineData("[{0},{1},oops")]
    [InlineData("[{0},{1},{{\"event\":")]
    public async Task Events_before_a_break_in_the_body_are_kept(string format)
    {
        await using var it = await StartAsync();

        var signals = Read(it, string.Format(System.Globalization.CultureInfo.InvariantCulture, format, Unsubscribe, Spam))!;

        Assert.Equal(["one", "two"], signals.Signals.Select(s => s.EventKey));
        Assert.Equal(1, signals.Unreadable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("oops")]
    [InlineData("\u0000\u00ff")]
    public async Task A_signed_body_that_is_not_a_list_of_events_is_counted(string body)
    {
        await using var it = await StartAsync();

        var signals = Read(it, body)!;

        Assert.Empty(signals.Signals);
        Assert.Equal(1, signals.Unreadable);
    }

    [Fact]
    public async Task A_Stop_without_a_time_or_id_is_dated_now()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var it = await StartAsync(time);

        var signals = Read(
            it,
            """[{"email":"a@example.com","event":"unsubscribe"},"""
                + """{"email":"b@example.com","event":"unsubscribe","timestamp":-5,"sg_event_id":"b@example.com"}]""")!;

        Assert.All(signals.Signals, s => Assert.Equal(time.Start, s.At));
        Assert.All(signals.Signals, s => Assert.True(Guid.TryParse(s.EventKey, out _)));
        Assert.Equal(2, signals.Signals.Count);
    }

    [Fact]
    public async Task Three_thousand_events_are_read_at_once()
    {
        await using var it = await StartAsync();
        var body = "[" + string.Join(',', Enumerable.Range(0, 3_000).Select(i =>
            $$"""{"email":"p{{i}}@example.com","timestamp":{{1760000000 + i}},"event":"unsubscribe","sg_event_id":"e{{i}}"}""")) + "]";

        var signals = Read(it, body)!;

        Assert.Equal(3_000, signals.Signals.Select(s => (s.EventKey, s.Identifier)).Distinct().Count());
    }

    [Fact]
    public async Task Any_changed_byte_is_detected()
    {
        await using var it = await StartAsync();
        var body = Encoding.UTF8.GetBytes($"[{Unsubscribe}]\r\n");
        var (signature, timestamp) = it.Account.Sign(body);

        for (var i = 0; i < body.Length; i++)
        {
            body[i] ^= 1;
            Assert.Null(it.Read(signature, timestamp, body));
            body[i] ^= 1;
        }

        Assert.Null(it.Read(signature, timestamp, body.AsMemory(..^2))); // The final line break is signed too.
        Assert.NotNull(it.Read(signature, timestamp, body));
    }

    [Fact]
    public async Task A_signature_by_another_key_is_rejected()
    {
        await using var it = await StartAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = other.SignData(
            Encoding.UTF8.GetBytes($"1760000000[{Unsubscribe}]"), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        Assert.Null(it.Read(Convert.ToBase64String(signature), "1760000000", Encoding.UTF8.GetBytes($"[{Unsubscribe}]")));
    }

    [Fact]
    public async Task During_a_key_rotation_both_keys_are_accepted()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var it = await StartAsync(settings: [KeyValuePair.Create(
            "OptOut:SendGrid:EventPublicKeys:1", (string?)Convert.ToBase64String(next.ExportSubjectPublicKeyInfo()))]);
        var signature = next.SignData(
            Encoding.UTF8.GetBytes($"1760000000[{Unsubscribe}]"), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        Assert.NotNull(it.Read(Convert.ToBase64String(signature), "1760000000", Encoding.UTF8.GetBytes($"[{Unsubscribe}]")));
        Assert.NotNull(Read(it, $"[{Unsubscribe}]"));
    }

    [Fact]
    public async Task Missing_or_malformed_headers_are_rejected_without_an_exception()
    {
        await using var it = await StartAsync();
        var body = Encoding.UTF8.GetBytes($"[{Unsubscribe}]");
        var (signature, timestamp) = it.Account.Sign(body);
        string?[] signatures =
        [
            null,
            "",
            "=",
            "not base64!",
            new('A', 5_000),
            "AAAA",
            Convert.ToBase64String(new byte[96]),
            signature[..20],
            signature + "AAAA",
            Convert.ToBase64String([0x30, 0x06, 2, 1, 0, 2, 1, 0]),
        ];
        string?[] timestamps = [null, "", new('1', 5_000), "\u0661", "1 ", timestamp + "0"];

        Assert.All(signatures, s => Assert.Null(it.Read(s, timestamp, body)));
        Assert.All(timestamps, t => Assert.Null(it.Read(signature, t, body)));
        Assert.NotNull(it.Read(signature, timestamp, body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("0000000000")]
    public async Task Bytes_moved_between_the_timestamp_and_the_body_are_rejected(string beginning)
    {
        await using var it = await StartAsync();
        var body = Encoding.UTF8.GetBytes($"{beginning}[{Unsubscribe}]");
        var (signature, timestamp) = it.Account.Sign(body);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), .. body];

        Assert.NotNull(it.Read(signature, timestamp, body));
        foreach (var at in Enumerable.Range(0, 40).Where(i => i != timestamp.Length))
            Assert.Null(it.Read(signature, Encoding.UTF8.GetString(signed[..at]), signed.AsMemory(at)));
    }

    [Fact]
    public async Task Without_a_key_every_event_is_rejected()
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:EventPublicKeys:0", (string?)null)]);

        Assert.Null(Read(it, $"[{Unsubscribe}]"));
    }

    private static VendorSignals? Read(SandboxedSendGrid it, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var (signature, timestamp) = it.Account.Sign(body);
        return it.Read(signature, timestamp, body);
    }
}
