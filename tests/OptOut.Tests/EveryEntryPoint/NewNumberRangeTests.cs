using System.Globalization;
using OptOut.Consent;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>
/// A number in a range that the phone library does not know yet is the same contact point for everybody: who sends from it, what the
/// controller registered, every vendor's list and the check.
/// </summary>
public sealed class NewNumberRangeTests(EveryVendorHost every) : IClassFixture<EveryVendorHost>
{
    private static int _number;

    public static TheoryData<string> Ways =>
    [
        "an SMS that says STOP",
        "an SMS that Twilio refused to send because the number is on its list",
        "an agent's mark in the dialler",
        "the dialler's list, read at night",
        "the mail client's button",
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_number_in_a_new_range_is_stopped_at_every_vendor_and_found_by_the_check(string way)
    {
        var (host, number) = (every.Host, Interlocked.Increment(ref _number));
        var (id, phone) = ($"new-range-{number}", string.Create(CultureInfo.InvariantCulture, $"+327712345{number:D3}"));
        var email = $"{id}@example.com";
        var who = new Person(id, await host.PutSubjectAsync(id, [email], [phone]), email, phone, "");

        await EntryPoints.All[way].StopAsync(host, who);

        Assert.Equal(Decision.Stop, Assert.Single(await host.LedgerAsync(who.Subject, 1)).Change.Decision);
        foreach (var vendor in (string[])["sendgrid", "twilio", "dialler"])
            await host.ConfirmedAsync(who.Subject, vendor: vendor);
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", phone));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", phone));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", email));
        await host.QuietAsync();
        foreach (var subscription in (string[])["sms", "phone"])
            Assert.Empty(await host.DeadLettersAsync(subscription));
    }
}
