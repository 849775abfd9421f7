using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SandboxedVendor;

namespace OptOut.Tests.Vendors.AmazonSes;

public sealed class AmazonSesVendorTests
{
    private const string Contact = "/amazon-ses/v2/email/contact-lists/marketing/contacts/jan.peeters%2Bx%2Fy%40example.com",
        Suppression = "/amazon-ses/v2/email/suppression/addresses/jan.peeters%2Bx%2Fy%40example.com";

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);

    [Theory]
    [InlineData("*", true)]
    [InlineData("*!elsewhere", true)]
    [InlineData("*!offers", false)]
    [InlineData("newsletter,offers", false)]
    [InlineData("-", false)]
    public async Task The_contact_list_must_contain_people_who_stopped_every_topic_it_sends(string stops, bool isListed)
    {
        await using var it = await StartAsync("amazon-ses", _time);

        Assert.Equal(isListed ? ["contacts"] : [], it.Vendor.ListsFor(StopSet.Parse(stops)));
        Assert.Equal(["contacts", "contact-topics", "account-suppressions"], it.Vendor.Lists);
        Assert.Equal(["contacts", "account-suppressions"], it.Vendor.Pulls);
    }

    [Fact]
    public async Task A_new_address_becomes_an_unsubscribed_contact_that_can_still_receive_service_mail()
    {
        await using var it = await StartAsync("amazon-ses", _time);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        Assert.True(it.Account().Find(Jan.Value)!.UnsubscribeAll);
        Assert.Empty(it.Account().Suppressions);
        Assert.Equal([$"GET {Contact}", "POST /amazon-ses/v2/email/contact-lists/marketing/contacts"], it.Remote.Requests.All);
    }

    [Fact]
    public async Task A_contact_keeps_its_other_data_through_a_Stop_and_an_Allow()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        it.Account().Put(new AmazonSesContact(Jan.Value, false, ["news"], "{\"name\":\"Jan\"}", Noon.AddDays(-1)));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));
        var stopped = it.Account().Find(Jan.Value)!;
        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-", confirmed: "*"));
        var allowed = it.Account().Find(Jan.Value)!;

        Assert.Equal((true, "{\"name\":\"Jan\"}", "news"), (stopped.UnsubscribeAll, stopped.Attributes, Assert.Single(stopped.OptedOut)));
        Assert.Equal((false, "{\"name\":\"Jan\"}", "news"), (allowed.UnsubscribeAll, allowed.Attributes, Assert.Single(allowed.OptedOut)));
    }

    [Fact]
    public async Task A_contact_that_is_already_unsubscribed_is_not_written_again()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        it.Account().Put(new AmazonSesContact(Jan.Value, true, [], null, Noon.AddDays(-1)));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        Assert.Equal([$"GET {Contact}"], it.Remote.Requests.All);
        Assert.Equal(Noon.AddDays(-1), it.Account().Find(Jan.Value)!.UpdatedAt);
    }

    [Fact]
    public async Task A_person_who_allows_again_is_no_longer_blocked_by_a_complaint()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        await it.PushAsync("*");
        it.Account().Suppress(new AmazonSesSuppression(Jan.Value, "COMPLAINT", Noon));
        it.Remote.Requests.Clear();

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("offers", confirmed: "*"));

        Assert.Empty(it.Account().Suppressions);
        Assert.False(it.Account().Find(Jan.Value)!.UnsubscribeAll);
        Assert.Equal([$"GET {Suppression}", $"DELETE {Suppression}", $"GET {Contact}", $"PUT {Contact}"], it.Remote.Requests.All);
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("jan.peeters", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(it.Logs.Lines, l => l.Contains("PUT v2/email/contact-lists/marketing/contacts/{email}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bounce_is_not_lifted()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        it.Account().Suppress(new AmazonSesSuppression(Jan.Value, "BOUNCE", Noon));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-", confirmed: "*"));

        Assert.Single(it.Account().Suppressions);
        Assert.DoesNotContain(
            it.Remote.Requests.All,
            r => r.StartsWith("DELETE", StringComparison.Ordinal) || r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_contact_list_is_named_in_the_reason()
    {
        await using var it = await StartAsync("amazon-ses", _time, ("OptOut:AmazonSes:ContactList", "gone"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "Amazon SES answered POST v2/email/contact-lists/gone/contacts with 404. "
                + "Amazon SES reported: List with name: gone doesn't exist.",
            rejected.Reason);
    }

    [Fact]
    public async Task Handlers_that_create_the_same_contact_at_once_all_confirm_it()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        var creations = 0;
        for (var round = 0; creations < 2; round++)
        {
            Assert.True(round < 50, "No two handlers created the contact at once.");
            var who = Email($"jan{round}@example.com");
            it.Remote.Requests.Clear();

            Assert.All(
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => it.PushAsync("*", who: who))),
                o => Assert.IsType<VendorOutcome.Confirmed>(o));

            Assert.True(it.Account().Find(who.Value)!.UnsubscribeAll);
            creations = it.Remote.Requests.All.Count(r => r.StartsWith("POST", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_rejected_creation_is_not_repeated_while_there_is_no_contact()
    {
        await using var it = await StartAsync("amazon-ses", _time, ("OptOut:AmazonSes:ContactList", "gone"));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Single(it.Remote.Requests.All, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_secret_is_rejected_with_a_reason_that_names_the_setting()
    {
        await using var it = await StartAsync("amazon-ses", _time, ("OptOut:AmazonSes:SecretAccessKey", "another-secret"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.StartsWith(
            "The key in OptOut:AmazonSes:AccessKeyId is not allowed to make this call (GET "
                + "v2/email/contact-lists/marketing/contacts/{email}, 403)",
            rejected.Reason,
            StringComparison.Ordinal);
        Assert.DoesNotContain("another-secret", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_from_an_intermediary_does_not_confirm_a_write()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        it.Remote.Failures.Set(new SandboxFailure(SandboxFailureKind.Garbage, Containing: "POST"));

        Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));
    }

    [Fact]
    public async Task A_phone_number_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.Remote.Requests.All);
    }

    [Theory]
    [InlineData("Everything", true)]
    [InlineData("Nothing", false)]
    public async Task Each_list_entry_states_why_the_person_is_listed(string listTopicOptOuts, bool topicsCount)
    {
        await using var it = await StartAsync("amazon-ses", _time, ("OptOut:AmazonSes:ListTopicOptOuts", listTopicOptOuts));
        var account = it.Account();
        account.Put(new AmazonSesContact("all@example.com", true, ["news"], null, Noon.AddHours(-1)));
        account.Put(new AmazonSesContact("in@example.com", false, [], null, Noon.AddHours(-1)));
        account.Put(new AmazonSesContact("late@example.com", true, [], null, Noon.AddSeconds(1)));
        account.Put(new AmazonSesContact("no address", true, [], null, Noon));
        account.Put(new AmazonSesContact("topic@example.com", false, ["news"], null, Noon));
        account.Suppress(new AmazonSesSuppression("angry@example.com", "COMPLAINT", Noon));
        account.Suppress(new AmazonSesSuppression("gone@example.com", "BOUNCE", Noon));

        var pages = (await it.PullAsync("contacts", Noon))
            .Concat(await it.PullAsync("account-suppressions", Noon))
            .Cast<VendorPull.Page>()
            .ToArray();

        string[] expected =
        [
            "all@example.com contacts Unsubscribed *,*", "topic@example.com contact-topics Unsubscribed *,*",
            "angry@example.com account-suppressions Complaint *,*", "gone@example.com account-suppressions Undeliverable email,*",
        ];
        Assert.Equal(
            expected.Where(e => topicsCount || !e.StartsWith("topic", StringComparison.Ordinal)),
            pages.SelectMany(p => p.Entries).Select(e => $"{e.Identifier.Value} {e.List} {e.Kind} {e.Stop}"));
        Assert.Equal(Noon.AddHours(-1), pages[0].Entries[0].At);
        Assert.Equal(1, pages.Sum(p => p.Unreadable));
    }

    [Fact]
    public async Task Long_lists_are_read_completely_and_no_cursor_contains_an_address()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        for (var i = 0; i < 250; i++)
        {
            it.Account().Put(new AmazonSesContact($"person{i}@example.com", true, [], null, Noon));
            it.Account().Suppress(new AmazonSesSuppression($"person{i}@example.com", "BOUNCE", Noon));
        }

        foreach (var pull in it.Vendor.Pulls)
        {
            var pages = (await it.PullAsync(pull, Noon)).Cast<VendorPull.Page>().ToArray();

            Assert.Equal([100, 100, 50], pages.Select(p => p.Entries.Count));
            Assert.Equal(250, pages.SelectMany(p => p.Entries).Select(e => e.Identifier).Distinct().Count());
            Assert.All(pages[..2], p => Assert.DoesNotContain("person", p.Next!, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("person", StringComparison.Ordinal));
        Assert.Contains(it.Remote.Requests.All, r => r.Contains("NextToken=person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_invalid_cursor_or_one_of_another_list_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("amazon-ses", _time);
        for (var i = 0; i < 101; i++)
            it.Account().Suppress(new AmazonSesSuppression($"person{i}@example.com", "BOUNCE", Noon));
        var page = Assert.IsType<VendorPull.Page>(
            await it.Vendor.PullAsync("account-suppressions", Noon, null, TestContext.Current.CancellationToken));
        it.Remote.Requests.Clear();

        foreach (var cursor in new[] { "gibberish", page.Next! })
        {
            Assert.IsType<VendorOutcome.Rejected>(Assert.IsType<VendorPull.Failed>(
                await it.Vendor.PullAsync("contacts", Noon, cursor, TestContext.Current.CancellationToken)).Outcome);
        }

        Assert.Empty(it.Remote.Requests.All);
    }
}

internal static class SandboxedAmazonSes
{
    public static AmazonSesSandbox Account(this SandboxedVendor it) => it.Sandbox.Find<AmazonSesSandbox>();
}
