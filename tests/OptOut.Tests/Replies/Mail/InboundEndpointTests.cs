using System.Security.Cryptography;
using System.Text;
using OptOut.Consent;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>
/// <c>/webhooks/sendgrid/inbound</c>: accepts only signed mails, and answers 503 with Retry-After when nothing could be stored.
/// </summary>
public sealed class InboundEndpointTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_that_is_unsigned_altered_or_signed_with_another_timestamp_or_key_changes_nothing()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.PutSubjectAsync("forged", ["forged@example.com"]);
        var body = Plain("forged@example.com", $"u-{await host.TokenAsync("forged")}@{Host}").ToForm();
        var (signature, timestamp) = host.Sandbox.SendGrid.SignInbound(body);
        var (ofEvents, eventTime) = host.Sandbox.SendGrid.Sign(body);
        var before = await host.EverythingAsync();

        Answer[] answers =
        [
            await InboundPost.SendAsync(host, body, null, null),
            await InboundPost.SendAsync(host, body, signature, null),
            await InboundPost.SendAsync(host, body, null, timestamp),
            await InboundPost.SendAsync(host, body, "AAAA", timestamp),
            await InboundPost.SendAsync(host, body, "not base64!", timestamp),
            await InboundPost.SendAsync(host, body, new string('A', 4_000), timestamp),
            await InboundPost.SendAsync(host, body, signature, timestamp + "0"),
            await InboundPost.SendAsync(host, [.. body, (byte)' '], signature, timestamp),
            await InboundPost.SendAsync(host, Plain("other@example.com", $"x@{Host}").ToForm(), signature, timestamp),
            await InboundPost.SendAsync(host, body, ofEvents, eventTime),
        ];

        Assert.All(answers, a => Assert.Equal((401, ""), (a.Status, a.Body)));
        Assert.Equal(413, (await InboundPost.SendAsync(host, new byte[(32 * 1024 * 1024) + 1], signature, timestamp)).Status);
        Assert.Equal(404, (await host.SendAsync("GET", InboundPost.Path)).Status);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task During_a_key_rotation_both_keys_are_accepted_and_so_is_an_old_signature()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>
        {
            ["OptOut:SendGrid:InboundPublicKeys:1"] = Convert.ToBase64String(next.ExportSubjectPublicKeyInfo()),
        });
        var person = await host.PutSubjectAsync("rotated", ["rotated@example.com"]);
        var (late, at) = (
            Plain("rotated@example.com", $"u-{await host.TokenAsync("rotated")}@{Host}").ToForm(),
            TimeProvider.System.GetUtcNow().AddDays(-2));
        var timestamp = at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(next.SignData(
            [.. Encoding.ASCII.GetBytes(timestamp), .. late], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        Assert.Equal(200, (await InboundPost.SendAsync(host, late, signature, timestamp)).Status);
        Assert.Equal(at.ToUnixTimeSeconds(), Assert.Single(await host.LedgerAsync(person, 1)).Change.At.ToUnixTimeSeconds());
        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(Authenticated("old-key@example.com", $"x@{Host}"), Cancel));
        await host.LedgerAsync(host.StandInFor("old-key@example.com"), 1);
    }

    // Each once took minutes to over an hour, and again at each of SendGrid's retries.
    [Theory]
    [InlineData("--xYzZY")]
    [InlineData("--xYzZY--")]
    [InlineData("--xYzZY\r\n")]
    [InlineData("\r\n--xYzZY\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nContent-Type: message/rfc822\r\n\r\n")]
    [InlineData("u-")]
    public async Task The_largest_mail_of_one_repeated_piece_still_stops_by_its_token_address(string piece)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var person = await host.PutSubjectAsync("bomb", ["bomb@example.com"]);
        var form = Plain("bomb@example.com", $"u-{await host.TokenAsync("bomb")}@{Host}").ToForm();
        var end = form.Length - "--xYzZY--\r\n".Length;
        byte[] attachment = Encoding.ASCII.GetBytes("--xYzZY\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n");
        var repeated = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 30 * 1024 * 1024 / piece.Length)));
        byte[] body = [.. form[..end], .. attachment, .. repeated, .. "\r\n"u8, .. form[end..]];

        Assert.Equal(200, (await InboundPost.SignedAsync(host, body)).Status);

        await host.LedgerAsync(person, 1);
    }

    // Timestamp and body are signed one after the other, so the signature fits wherever the one ends and the other begins.
    [Theory]
    [InlineData("--xYzZY\r\n", 1)]
    [InlineData("--xYzZY\r\n", 9)]
    [InlineData("7--xYzZY\r\n", 1)]
    [InlineData("0000000000", 2)]
    [InlineData(" 1", 1)]
    [InlineData("--xYzZY\r\n", -1)]
    [InlineData("--xYzZY\r\n", -9)]
    public async Task Bytes_moved_between_the_timestamp_and_the_body_of_a_captured_mail_are_refused(string beginning, int moved)
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var person = await host.PutSubjectAsync("moved", ["moved@example.com"]);
        byte[] form = Plain("moved@example.com", $"u-{await host.TokenAsync("moved")}@{Host}").ToForm();
        byte[] body = beginning.StartsWith("--", StringComparison.Ordinal) ? form : [.. Encoding.ASCII.GetBytes(beginning), .. form];
        var (signature, timestamp) = host.Sandbox.SendGrid.SignInbound(body);
        byte[] signed = [.. Encoding.ASCII.GetBytes(timestamp), .. body];
        var at = timestamp.Length + moved;
        var before = await host.EverythingAsync();

        var answer = await InboundPost.SendRawAsync(host, signed[at..], signature, Encoding.ASCII.GetString(signed[..at]));

        Assert.InRange(answer, 400, 401); // Kestrel itself refuses a line break in a header.
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Equal(200, (await InboundPost.SendAsync(host, body, signature, timestamp)).Status);
        Assert.Equal(
            long.Parse(timestamp, System.Globalization.CultureInfo.InvariantCulture),
            Assert.Single(await host.LedgerAsync(person, 1)).Change.At.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(60 * 60, 401)]
    [InlineData(16 * 60, 401)]
    [InlineData(5 * 60, 200)]
    [InlineData(-4 * 24 * 60 * 60, 200)]
    [InlineData(-400 * 24 * 60 * 60, 200)]
    public async Task A_signature_from_the_future_is_refused_and_a_late_one_is_not(int seconds, int status)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var host = await OptOutHost.StartAsync(azurite, settings: new Dictionary<string, string?>
        {
            ["OptOut:SendGrid:InboundPublicKeys:1"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
        });
        var person = await host.PutSubjectAsync("moment", ["moment@example.com"]);
        var body = Plain("moment@example.com", $"u-{await host.TokenAsync("moment")}@{Host}").ToForm();
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds;

        var answers = new List<int>();
        foreach (var timestamp in new[] { $"{at}", $"{at}", $"0{at}", $"+{at}", $"{at}000" })
        {
            var signature = Convert.ToBase64String(key.SignData(
                [.. Encoding.ASCII.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            answers.Add((await InboundPost.SendAsync(host, body, signature, timestamp)).Status);
        }

        Assert.Equal([status, status, 401, 401, 401], answers);
        await host.QuietAsync();
        var stored = await host.LedgerAsync(person);
        Assert.Equal(status == 200 ? 1 : 0, stored.Count);
        Assert.All(stored, e => Assert.Equal(Math.Min(at, e.Change.ReceivedAt.ToUnixTimeSeconds()), e.Change.At.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Without_a_configured_key_every_mail_is_answered_503_so_that_SendGrid_retries()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:SendGrid:InboundPublicKeys:0"] = null });

        var answer = await InboundPost.SignedAsync(host, Plain("a@example.com", $"x@{Host}").ToForm());

        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Contains(host.Logs.Lines, l => l.Contains("OptOut:SendGrid:InboundPublicKeys is empty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_in_the_address_stops_the_one_click_scope_and_a_link_in_the_text_stops_everything()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?> { ["OptOut:Links:OneClickScope"] = "Topic" });
        var person = await host.PutSubjectAsync("scoped", ["scoped@example.com"]);
        var (newsletter, offers) = (
            await host.TokenAsync("scoped", "email", "newsletter"), await host.TokenAsync("scoped", "email", "offers"));
        var mail =
            Plain("scoped@example.com", $"u-{newsletter}@{Host}") with { EnvelopeTo = [$"u-{newsletter}@{Host}", $"u-{offers}@{Host}"] };

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));
        var both = await host.LedgerAsync(person, 2);
        Assert.Equal(["email,newsletter", "email,offers"], both.Select(e => e.Change.Scope.ToString()).Order(StringComparer.Ordinal));
        Assert.Single(both.Select(e => e.Change.SubmissionId).Distinct());
        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(Plain("scoped@example.com", $"x@{Host}", text: $"https://{Host}/u/{offers}"), Cancel));
        Assert.Equal(Scope.Everything, (await host.LedgerAsync(person, 3))[2].Change.Scope);
    }

    [Fact]
    public async Task A_token_with_another_host_a_revoked_key_or_a_wrong_signature_is_not_accepted()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var person = await host.PutSubjectAsync("elsewhere", ["elsewhere@example.com"]);
        var token = await host.TokenAsync("elsewhere");
        var subject = host.SubjectOf("elsewhere");
        var leaked = new OptOut.Links.LinkKeyRing(Microsoft.Extensions.Options.Options.Create(new OptOut.Links.LinkOptions
        {
            Keys = { new() { Id = 5, Secret = OptOutSettings.LeakedLinkSecret, Use = OptOut.Links.LinkKeyUse.Sign } },
        }))
            .Sign(new(subject, Channel.Email, 0, TimeProvider.System.GetUtcNow(), 0));

        // Mail for the host of another brand arrives here too. Its token counts when it is in the To header, but not when it is only in
        // the envelope.
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("a@example.com", "x@other.example") with { EnvelopeTo = [$"u-{token}@other.example"] }, Cancel));
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("a@example.com", $"u-{leaked}@{Host}", text: $"https://{Host}/u/{leaked}"), Cancel));
        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("a@example.com", $"u-{token[..^1]}{(token[^1] == 'A' ? 'Q' : 'A')}@{Host}"), Cancel));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        Assert.Equal(3, host.Sandbox.SendGrid.Mails.Count(m => m.To == "privacy@kruidtuin.example"));
    }

    [Fact]
    public async Task A_mail_is_stored_while_the_bus_is_unavailable_and_answered_503_for_a_retry_while_storage_is_too()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var (one, two) = (
            await host.PutSubjectAsync("away-1", ["away-1@example.com"]), await host.PutSubjectAsync("away-2", ["away-2@example.com"]));
        var (first, second) = (
            Plain("away-1@example.com", $"u-{await host.TokenAsync("away-1")}@{Host}"),
            Plain("away-2@example.com", $"u-{await host.TokenAsync("away-2")}@{Host}"));
        var authenticated = Authenticated("away-3@example.com", $"x@{Host}");
        await host.QuietAsync();

        await host.StopBusAsync();
        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(first, Cancel));
        Assert.Equal(1, host.Rows(host.Storage.Outbox));
        Assert.Empty(await host.LedgerAsync(one));

        await storage.StopAsync();
        var body = second.ToForm();
        var answer = await InboundPost.SignedAsync(host, body);
        Assert.Equal((503, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Equal(503, await host.Sandbox.SendGrid.ReceiveAsync(authenticated, Cancel));

        await host.StartBusAsync();
        Assert.Equal(503, await host.Sandbox.SendGrid.ReceiveAsync(authenticated, Cancel)); // Only the store can tell whose address it is.
        storage.StartAgain();
        Assert.Empty(await host.LedgerAsync(two));
        await OptOutHost.UntilAsync(
            async () => await host.Sandbox.SendGrid.ReceiveAsync(second, Cancel) == 200
                && await host.Sandbox.SendGrid.ReceiveAsync(authenticated, Cancel) == 200);

        // For a while after an outage, new changes go through the outbox.
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });
        await host.LedgerAsync(one, 1);
        await host.LedgerAsync(two, 1);
        await host.LedgerAsync(host.StandInFor("away-3@example.com"), 1);
    }

    [Fact]
    public async Task While_storage_is_unavailable_a_mail_with_a_token_is_kept_on_the_bus()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var person = await host.PutSubjectAsync("tables", ["tables@example.com"]);
        var mail = Plain("tables@example.com", $"u-{await host.TokenAsync("tables")}@{Host}");
        await host.QuietAsync();
        await storage.StopAsync();

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        storage.StartAgain();
        await host.ConfirmedAsync(person);
        Assert.Equal(Source.Mailto, Assert.Single(await host.LedgerAsync(person, 1)).Change.Source);
    }

    [Fact]
    public async Task Nothing_personal_is_written_to_a_log_or_the_bus()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.PutSubjectAsync("klant-5511", ["zoe.vermeersch@example.com"]);
        var token = await host.TokenAsync("klant-5511");
        host.Sandbox.SendGrid.Failures.Set(new OptOut.Emulators.Sandbox.SandboxFailure(
            OptOut.Emulators.Sandbox.SandboxFailureKind.Status,
            Calls: 1,
            Status: 400,
            Message: "bad privacy@kruidtuin.example",
            Containing: "mail/send"));

        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("Zoe <zoe.vermeersch@example.com>", $"x@{Host}", "Vermeersch stop", "Zoe Vermeersch"), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("Zoe <zoe.vermeersch@example.com>", $"x@{Host}", "Vermeersch stop", "Zoe Vermeersch"), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("zoe.vermeersch@example.com", $"u-{token}@{Host}", "Vermeersch stop", id: "<zoe.vermeersch@mail.example>"), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(
            Authenticated("zoe.vermeersch@example.com", $"x@{Host}", "Vermeersch stop", id: "<zoe.vermeersch.2@mail.example>"), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(Authenticated("new.vermeersch@example.com", $"x@{Host}"), Cancel);
        await host.Sandbox.SendGrid.ReceiveAsync(
            Plain("zoe.vermeersch@example.com", $"x@{Host}", extra: "Auto-Submitted: auto-replied"), Cancel);
        await InboundPost.SignedAsync(host, "vermeersch"u8.ToArray());
        await InboundPost.SendAsync(host, "vermeersch"u8.ToArray(), "AAAA", "1");
        await host.QuietAsync();

        Assert.NotEmpty(host.Logs.Lines);
        foreach (var text in host.Logs.Lines
            .Where(l => !l.Contains("RequestPath:/api/subjects/", StringComparison.Ordinal))
            .Concat((await host.SentAsync()).Select(m => $"{m.MessageId} {m.Body} {string.Join(' ', m.ApplicationProperties)}")))
        {
            Assert.All(["vermeersch", "zoe", "klant-5511", token], p => Assert.DoesNotContain(p, text, StringComparison.OrdinalIgnoreCase));
        }
    }
}
