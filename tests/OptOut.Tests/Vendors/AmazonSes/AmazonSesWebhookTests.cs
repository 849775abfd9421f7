using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

/// <summary>
/// <c>/webhooks/amazon-ses/events</c>: accepts only messages signed with an SNS certificate, and records a repeated message once.
/// </summary>
public sealed class AmazonSesWebhookTests(AmazonSesWebhookTests.HostFixture fixture) : IClassFixture<AmazonSesWebhookTests.HostFixture>
{
    private OptOutHost Host => fixture.Host;

    private AmazonSesSandbox Account => Host.Sandbox.Find<AmazonSesSandbox>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subscription")]
    [InlineData("topic")]
    [InlineData("complaint")]
    public async Task A_person_who_stops_at_Amazon_SES_stops_everything_here(string kind)
    {
        var address = $"ses-{kind}@example.com";
        var subject = await Host.PutSubjectAsync($"ses-{kind}", [address], ["+32470111141"]);

        Assert.Equal(200, await Account.ActAsync(address, kind, cancellationToken: Cancel));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "amazon-ses"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await Host.ConfirmedAsync(subject, vendor: "amazon-ses");
        await Host.ConfirmedAsync(subject, vendor: "sendgrid");
        await OptOutHost.UntilAsync(() => Task.FromResult(Account.Find(address) is { UnsubscribeAll: true }));
        Assert.Contains(address, Host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "+32470111141"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_repeated_event_is_recorded_once_with_either_signature_version(string version)
    {
        var subject = await Host.PutSubjectAsync($"ses-again-{version}", [$"ses-again-{version}@example.com"]);
        var message = Account.Notification(Account.Event($"ses-again-{version}@example.com", "subscription"), version);

        Assert.Equal(200, await Account.PostAsync(message, Cancel));
        Assert.Equal(200, await Account.PostAsync(message, Cancel));

        await Host.LedgerAsync(subject, 1);
        await Host.QuietAsync();
        await Host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_message_that_is_unsigned_altered_or_from_another_topic_changes_nothing()
    {
        var subject = await Host.PutSubjectAsync("ses-3", ["ses-3@example.com"]);
        var record = Account.Event("ses-3@example.com", "subscription");
        var another = Account.Notification(Account.Event("other@example.com", "subscription"));
        var before = await Host.EverythingAsync();

        int?[] answers =
        [
            await Account.PostAsync(record, Cancel), // As with raw message delivery.
            await Account.PostAsync(Account.Notification(record, topic: "arn:aws:sns:eu-west-1:123456789012:another"), Cancel),
            await Account.PostAsync(Altered("Message", record.ToJsonString()), Cancel),
            await Account.PostAsync(Altered("Subject", "x"), Cancel),
            await Account.PostAsync(Altered("Signature", "AAAA"), Cancel),
            await Account.PostAsync(Altered("Signature", "no base64"), Cancel),
            await Account.PostAsync(Altered("SignatureVersion", "3"), Cancel),
            await Account.PostAsync(new JsonArray(), Cancel),
            (await Host.SendAsync(
                "POST", "/webhooks/amazon-ses/events", new StringContent("{\"Type\":", Encoding.UTF8, "text/plain"))).Status,
        ];

        Assert.All(answers, a => Assert.Equal(401, a));
        Assert.Equal(413, await Host.PostOversizedAsync("/webhooks/amazon-ses/events"));
        Assert.Equal(WithoutCertificate(before), WithoutCertificate(await Host.EverythingAsync()));
        Assert.Empty(await Host.LedgerAsync(subject));

        JsonObject Altered(string field, string value)
        {
            var message = (JsonObject)another.DeepClone();
            message[field] = value;
            return message;
        }
    }

    // Names and values are signed as lines, so the signature fits wherever a value ends: here the id takes in the subject's two lines.
    [Fact]
    public async Task A_captured_message_whose_id_takes_in_the_next_field_is_refused()
    {
        var subject = await Host.PutSubjectAsync("ses-moved", ["ses-moved@example.com"]);
        var message = Account.Notification(Account.Event("ses-moved@example.com", "subscription"));
        message["Subject"] = "Amazon SES Email Event Notification";
        message = Account.Sns.SignAsIs(message);
        var moved = (JsonObject)message.DeepClone();
        moved["MessageId"] = $"{message["MessageId"]}\nSubject\n{message["Subject"]}";
        moved.Remove("Subject");

        Assert.Equal(401, await Account.PostAsync(moved, Cancel));
        await Host.QuietAsync();
        Assert.Empty(await Host.LedgerAsync(subject));
        Assert.Equal(200, await Account.PostAsync(message, Cancel));
        await Host.LedgerAsync(subject, 1);
    }

    [Theory]
    [InlineData("https://sns.eu-west-1.amazonaws.com/x.pem")] // While a sandbox stands in for SNS, Amazon's own hosts are not accepted.
    [InlineData("http://127.0.0.1:1/amazon-ses/sns/x.pem")]
    [InlineData("http://169.254.169.254/latest/meta-data/x.pem")]
    [InlineData("file:///etc/x.pem")]
    [InlineData("x.pem")]
    public async Task A_certificate_on_another_host_is_not_requested(string url)
    {
        var message = Account.Notification(Account.Event("ses-4@example.com", "subscription"));
        message["SigningCertURL"] = url;

        Assert.Equal(401, await Account.PostAsync(Account.Sns.SignAsIs(message), Cancel));

        Assert.DoesNotContain(Host.Logs.Lines, l => l.Contains("Amazon SNS did not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_to_our_topic_is_confirmed()
    {
        Assert.Equal(200, await Account.SubscribeAsync(Cancel));

        Assert.True(Account.IsSubscribed);
    }

    [Theory]
    [InlineData("http://169.254.169.254/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:123456789012:ses-events&Token=x")]
    [InlineData("{sns}?Action=Unsubscribe&TopicArn=arn:aws:sns:eu-west-1:123456789012:ses-events&Token=x")]
    [InlineData("{sns}?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:123456789012:another&Token=x")]
    [InlineData("nonsense")]
    public async Task A_signed_confirmation_URL_for_anything_else_is_not_called(string url)
    {
        var message = Account.Confirmation();
        var sns = message["SubscribeURL"]!.GetValue<string>().Split('?')[0];
        message["SubscribeURL"] = url.Replace("{sns}", sns, StringComparison.Ordinal);
        var confirmed = Account.Requests.All.Count(r => r.Contains("Action=", StringComparison.Ordinal));

        Assert.Equal(200, await Account.PostAsync(Account.Sns.SignAsIs(message), Cancel));

        Assert.Equal(confirmed, Account.Requests.All.Count(r => r.Contains("Action=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_end_of_our_subscription_is_logged()
    {
        var message = Account.Confirmation();
        message["Type"] = "UnsubscribeConfirmation";

        Assert.Equal(200, await Account.PostAsync(Account.Sns.SignAsIs(message), Cancel));

        Assert.Contains(
            Host.Logs.Lines,
            l => l.Contains(
                "Somebody ended our subscription of the SNS topic arn:aws:sns:eu-west-1:123456789012:ses-events",
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_certificate_cannot_be_fetched_SNS_is_asked_to_retry()
    {
        await using var host = await OptOutHost.StartAsync(fixture.Azurite, vendors: ["amazon-ses"]);
        var account = host.Sandbox.Find<AmazonSesSandbox>();
        var subject = await host.PutSubjectAsync("ses-5", ["ses-5@example.com"]);
        var message = account.Notification(account.Event("ses-5@example.com", "subscription"));

        foreach (var failure in new[]
        {
            new SandboxFailure(SandboxFailureKind.Status, Status: 503, Calls: 1),
            new SandboxFailure(SandboxFailureKind.Garbage, Calls: 1),
            new SandboxFailure(SandboxFailureKind.HalfBody, Calls: 1),
        })
        {
            account.Failures.Set(failure);
            Assert.Equal(503, await account.PostAsync(message, Cancel));
        }

        Assert.Empty(await host.LedgerAsync(subject));
        Assert.Equal(200, await account.PostAsync(message, Cancel));
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_bounce_stops_nobody()
    {
        var subject = await Host.PutSubjectAsync("ses-6", ["ses-6@example.com"]);

        Assert.Equal(200, await Account.ActAsync("ses-6@example.com", "bounce", cancellationToken: Cancel));

        await Host.QuietAsync();
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    // The certificate is fetched once, for the first message that needs it.
    private static string WithoutCertificate(string everything) =>
        string.Join('\n', everything.Split('\n').Where(l => !l.Contains(".pem", StringComparison.Ordinal)));

    public sealed class HostFixture(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        internal AzuriteFixture Azurite => azurite;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: ["amazon-ses"]);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
