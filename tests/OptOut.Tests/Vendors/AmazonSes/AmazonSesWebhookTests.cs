using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

/// <summary><c>/webhooks/amazon-ses/events</c>: believed by SNS's certificate alone, and once however often it is sent.</summary>
public sealed class AmazonSesWebhookTests(AmazonSesWebhookTests.Hosted hosted) : IClassFixture<AmazonSesWebhookTests.Hosted>
{
    private OptOutHost Host => hosted.Host;

    private AmazonSesSandbox Account => Host.Sandbox.Find<AmazonSesSandbox>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subscription")]
    [InlineData("topic")]
    [InlineData("complaint")]
    public async Task A_person_who_stopped_at_SES_has_stopped_everything_here(string kind)
    {
        var address = $"ses-{kind}@example.com";
        var subject = await Host.PutSubjectAsync($"ses-{kind}", [address], ["+32470111141"]);

        Assert.Equal(200, await Account.ActAsync(address, kind, cancellationToken: Cancel));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.VendorWebhook, "amazon-ses"), (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await Host.ConfirmedAsync(subject, vendor: "amazon-ses");
        await Host.ConfirmedAsync(subject, vendor: "sendgrid");
        await OptOutHost.UntilAsync(() => Task.FromResult(Account.Find(address) is { UnsubscribeAll: true }));
        Assert.Contains(address, Host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "+32470111141"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task An_event_sent_again_is_recorded_once_under_either_version_of_the_signature(string version)
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
    public async Task A_message_that_is_unsigned_altered_or_of_another_topic_changes_nothing()
    {
        var subject = await Host.PutSubjectAsync("ses-3", ["ses-3@example.com"]);
        var record = Account.Event("ses-3@example.com", "subscription");
        var another = Account.Notification(Account.Event("other@example.com", "subscription"));
        var before = await Host.EverythingAsync();

        int?[] answers =
        [
            await Account.PostAsync(record, Cancel), // As raw message delivery would.
            await Account.PostAsync(Account.Notification(record, topic: "arn:aws:sns:eu-west-1:123456789012:another"), Cancel),
            await Account.PostAsync(Altered("Message", record.ToJsonString()), Cancel),
            await Account.PostAsync(Altered("Subject", "x"), Cancel),
            await Account.PostAsync(Altered("Signature", "AAAA"), Cancel),
            await Account.PostAsync(Altered("Signature", "no base64"), Cancel),
            await Account.PostAsync(Altered("SignatureVersion", "3"), Cancel),
            await Account.PostAsync(new JsonArray(), Cancel),
            (await Host.SendAsync("POST", "/webhooks/amazon-ses/events", new StringContent("{\"Type\":", Encoding.UTF8, "text/plain"))).Status,
        ];

        Assert.All(answers, a => Assert.Equal(401, a));
        Assert.Equal(413, await Host.TooMuchAsync("/webhooks/amazon-ses/events"));
        Assert.Equal(WithoutCertificate(before), WithoutCertificate(await Host.EverythingAsync()));
        Assert.Empty(await Host.LedgerAsync(subject));

        JsonObject Altered(string field, string value)
        {
            var message = (JsonObject)another.DeepClone();
            message[field] = value;
            return message;
        }
    }

    [Theory]
    [InlineData("https://sns.eu-west-1.amazonaws.com/x.pem")] // While a sandbox plays SNS, Amazon's own hosts do not count.
    [InlineData("http://127.0.0.1:1/amazon-ses/sns/x.pem")]
    [InlineData("http://169.254.169.254/latest/meta-data/x.pem")]
    [InlineData("file:///etc/x.pem")]
    [InlineData("x.pem")]
    public async Task A_certificate_from_elsewhere_is_not_even_asked_for(string url)
    {
        var message = Account.Notification(Account.Event("ses-4@example.com", "subscription"));
        message["SigningCertURL"] = url;

        Assert.Equal(401, await Account.PostAsync(Account.Sns.SignAgain(message), Cancel));

        Assert.DoesNotContain(Host.Logs.Lines, l => l.Contains("Amazon SNS gave no answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subscription_of_our_topic_is_confirmed()
    {
        Assert.Equal(200, await Account.SubscribeAsync(Cancel));

        Assert.True(Account.IsSubscribed);
    }

    [Theory]
    [InlineData("http://169.254.169.254/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:123456789012:ses-events&Token=x")]
    [InlineData("{sns}?Action=Unsubscribe&TopicArn=arn:aws:sns:eu-west-1:123456789012:ses-events&Token=x")]
    [InlineData("{sns}?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:123456789012:another&Token=x")]
    [InlineData("nonsense")]
    public async Task An_address_that_confirms_something_else_is_not_called_however_well_it_is_signed(string url)
    {
        var message = Account.Confirmation();
        var sns = message["SubscribeURL"]!.GetValue<string>().Split('?')[0];
        message["SubscribeURL"] = url.Replace("{sns}", sns, StringComparison.Ordinal);
        var confirmed = Account.Requests.All.Count(r => r.Contains("Action=", StringComparison.Ordinal));

        Assert.Equal(200, await Account.PostAsync(Account.Sns.SignAgain(message), Cancel));

        Assert.Equal(confirmed, Account.Requests.All.Count(r => r.Contains("Action=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_subscription_that_was_ended_is_told()
    {
        var message = Account.Confirmation();
        message["Type"] = "UnsubscribeConfirmation";

        Assert.Equal(200, await Account.PostAsync(Account.Sns.SignAgain(message), Cancel));

        Assert.Contains(Host.Logs.Lines, l => l.Contains("Somebody ended our subscription of the SNS topic arn:aws:sns:eu-west-1:123456789012:ses-events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_certificate_cannot_be_had_SNS_is_asked_to_come_back()
    {
        await using var host = await OptOutHost.StartAsync(hosted.Azurite, vendors: ["amazon-ses"]);
        var account = host.Sandbox.Find<AmazonSesSandbox>();
        var subject = await host.PutSubjectAsync("ses-5", ["ses-5@example.com"]);
        var message = account.Notification(account.Event("ses-5@example.com", "subscription"));

        foreach (var failure in new[] { new SandboxFailure(SandboxFailureKind.Status, Status: 503, Calls: 1), new SandboxFailure(SandboxFailureKind.Garbage, Calls: 1), new SandboxFailure(SandboxFailureKind.HalfBody, Calls: 1) })
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

    // Fetched once, by whichever message needs it first.
    private static string WithoutCertificate(string everything) => string.Join('\n', everything.Split('\n').Where(l => !l.Contains(".pem", StringComparison.Ordinal)));

    public sealed class Hosted(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        internal AzuriteFixture Azurite => azurite;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: ["amazon-ses"]);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
