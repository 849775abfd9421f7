using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Tests.Web.PublicForm;

/// <summary>A confirmation goes to the address that was typed, or to the known person's own address; never to anybody else's.</summary>
public sealed class ConfirmationOfPublicStopTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task An_unknown_address_gets_a_confirmation_and_nobody_else_does()
    {
        await PostAsync("email=confirm-1%40example.com&phone=0470+00+01+01&postal=Kerkstraat+1%2C+9000+Gent");

        Assert.Equal(
            ["confirm-1@example.com"],
            (await MailsAsync()).Where(m => m.To.StartsWith("confirm-1", StringComparison.Ordinal)).Select(m => m.To));
    }

    [Fact]
    public async Task An_unknown_number_or_postal_address_causes_no_mail()
    {
        var before = (await MailsAsync()).Count;

        await PostAsync("phone=0470+00+01+02&postal=Kerkstraat+2%2C+9000+Gent");

        Assert.Equal(before, (await MailsAsync()).Count);
    }

    [Fact]
    public async Task A_known_person_identified_by_number_and_an_unknown_address_in_the_same_form_each_get_a_confirmation()
    {
        await host.PutSubjectAsync("confirm-3", ["confirm-3-own@example.com"], ["+32470000103"]);

        await PostAsync("phone=0470+00+01+03&email=confirm-3-typed%40example.com");

        var mails = (await MailsAsync()).Where(m => m.To.StartsWith("confirm-3", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["confirm-3-own@example.com", "confirm-3-typed@example.com"], mails.Select(m => m.To).Order(StringComparer.Ordinal));

        // Neither mail reveals the other address. The submission has one reference number, and each mail has its own link.
        Assert.All(mails, m => Assert.DoesNotContain(mails.Single(o => o.To != m.To).To, m.Request, StringComparison.Ordinal));
        Assert.Equal(2, mails.Select(m => Token(m)).Distinct().Count());
    }

    [Fact]
    public async Task A_former_address_stops_everything_for_the_person_and_is_confirmed_at_the_current_address()
    {
        await host.PutSubjectAsync("confirm-4", ["confirm-4-old@example.com"]);
        var subject = await host.PutSubjectAsync("confirm-4", ["confirm-4-new@example.com"]);

        await PostAsync("email=confirm-4-old%40example.com");

        await host.LedgerAsync(subject, 1);
        Assert.Equal(
            ["confirm-4-new@example.com"],
            (await MailsAsync()).Where(m => m.To.StartsWith("confirm-4", StringComparison.Ordinal)).Select(m => m.To));
    }

    private async Task PostAsync(string form) =>
        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(form))).Status);

    private async Task<IReadOnlyList<SendGridSentMail>> MailsAsync()
    {
        await host.QuietAsync();
        return host.Sandbox.SendGrid.Mails;
    }

    private static string Token(SendGridSentMail mail) =>
        System.Text.RegularExpressions.Regex.Match(mail.PlainText, "/u/([A-Za-z0-9_-]{58})").Groups[1].Value;
}
