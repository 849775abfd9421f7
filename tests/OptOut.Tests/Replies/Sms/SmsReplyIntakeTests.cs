using OptOut.Consent;
using OptOut.Identity;
using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

/// <summary>What the answer to an SMS says, when the message had not seen what stands.</summary>
public sealed class SmsReplyIntakeTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_START_that_is_delivered_again_after_a_later_STOP_is_not_answered_with_started()
    {
        Assert.True(PhoneNumber.TryParse("+32470300001", "BE", out var number));
        await host.PutSubjectAsync("sms-replay", phone: ["+32470300001"]);
        var (intake, now) = (host.Service<SmsReplyIntake>(), TimeProvider.System.GetUtcNow());
        var start = new SmsReply("SM1", number, now, "twilio");
        Assert.Equal(SmsResult.Stopped, await intake.StopAsync(start with { Id = "SM0" }, Scope.Everything));
        Assert.Equal(SmsResult.Started, await intake.StartAsync(start, Cancel));
        Assert.Equal(SmsResult.Stopped, await intake.StopAsync(start with { Id = "SM2" }, Scope.Everything));

        Assert.Equal(SmsResult.StaysStopped, await intake.StartAsync(start, Cancel));

        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470300001"));
    }
}
