using System.Net.Http.Json;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Emulators.Sandbox.Twilio;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>Every entry point. Add a new one here.</summary>
internal static class EntryPoints
{
    public static IReadOnlyDictionary<string, EntryPoint> All { get; } = new Dictionary<string, EntryPoint>(StringComparer.Ordinal)
    {
        ["the mail client's button"] = new(Source.OneClick, null, async (host, who) =>
            Assert.Equal(200, (await host.OneClickAsync(await host.TokenAsync(who.Id))).Status)),
        ["the page behind a mail's link"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "email")),
        ["the page behind an SMS's link"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "sms")),
        ["the page behind a link given on the phone"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "phone")),
        ["a letter's printed code"] = new(Source.PrintedCode, null, async (host, who) =>
        {
            var order = await host.SendAsync(
                "POST", "/api/codes", JsonContent.Create(new { subjects = new[] { who.Id } }), OptOutHost.FunctionKey);
            var page = $"/q/{order.Json["codes"]![0]!["code"]!.GetValue<string>()}";
            Assert.Equal(200, (await host.SendAsync("GET", page)).Status);
            Assert.Equal(200, (await host.SendAsync("POST", page, OptOutHost.Form("choice=stop"))).Status);
        }),
        ["the public form, by e-mail address"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "email", who.Email)),
        ["the public form, by phone number"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "phone", who.Phone)),
        ["the public form, by postal address"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "postal", who.Postal)),
        ["a mail to the mailto address"] = new(Source.Mailto, null, async (host, who) =>
            Assert.Equal(
                200, await host.Sandbox.SendGrid.ReceiveAsync(Plain(who.Email, $"u-{await host.TokenAsync(who.Id)}@{Host}"), Cancel))),
        ["a mail with an authenticated sender"] = new(Source.Mailto, null, async (host, who) =>
            Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(Authenticated(who.Email, $"stop@{Host}", "STOP"), Cancel))),
        ["the controller's portal"] = new(Source.Portal, null, async (host, who) =>
            Assert.Equal(
                200,
                (await host.SendAsync(
                    "PUT",
                    $"/api/subjects/{who.Id}/preferences",
                    JsonContent.Create(new { everything = "stop" }),
                    OptOutHost.FunctionKey)).Status)),
        ["an SMS that says STOP"] = new(Source.SmsReply, "twilio", async (host, who) =>
            Assert.Equal(
                200, (await host.Sandbox.Find<TwilioSandbox>().ReceiveAsync(who.Phone, "STOP", cancellationToken: Cancel)).Status)),
        ["an agent in a call"] = new(Source.PhoneAgent, null, async (host, who) =>
            Assert.Equal(
                200,
                (await host.SendAsync(
                    "POST",
                    "/api/opt-outs",
                    JsonContent.Create(new { identifier = new { phone = who.Phone }, agent = "A-17", call = $"call {who.Id}" }),
                    OptOutHost.FunctionKey)).Status)),
        ["an agent's mark in the dialler"] = new(Source.VendorWebhook, "dialler", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.Find<DiallerSandbox>().MarkAsync(who.Phone, cancellationToken: Cancel))),
        ["the dialler's list, read at night"] = new(Source.Reconciliation, "dialler", async (host, who) =>
        {
            await host.Sandbox.Find<DiallerSandbox>().MarkAsync(who.Phone, sendEvent: false, Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["the print house's list, read at night"] = new(Source.Reconciliation, "print-house", async (host, who) =>
        {
            await host.Sandbox.Find<PrintHouseSandbox>().AddAsync(
                new PrintHouseEntry(who.Postal, TimeProvider.System.GetUtcNow(), "refused"), Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["an SMS that Twilio refused to send because the number is on its list"] = new(Source.VendorWebhook, "twilio", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.Find<TwilioSandbox>().SendAsync(who.Phone, "Sale!", 21610, Cancel))),
        ["Postmark's webhook"] = new(Source.VendorWebhook, "postmark", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.Find<PostmarkSandbox>().ActAsync(who.Email, cancellationToken: Cancel))),
        ["Postmark's list, read at night"] = new(Source.Reconciliation, "postmark", async (host, who) =>
        {
            await host.Sandbox.Find<PostmarkSandbox>().ActAsync(who.Email, sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["Mailgun's webhook"] = new(Source.VendorWebhook, "mailgun", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.Find<MailgunSandbox>().ActAsync(who.Email, cancellationToken: Cancel))),
        ["Mailgun's list, read at night"] = new(Source.Reconciliation, "mailgun", async (host, who) =>
        {
            await host.Sandbox.Find<MailgunSandbox>().ActAsync(who.Email, sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["Amazon SES's notification"] = new(Source.VendorWebhook, "amazon-ses", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.Find<AmazonSesSandbox>().ActAsync(who.Email, cancellationToken: Cancel))),
        ["Amazon SES's list, read at night"] = new(Source.Reconciliation, "amazon-ses", async (host, who) =>
        {
            await host.Sandbox.Find<AmazonSesSandbox>().ActAsync(who.Email, sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["the CRM's webhook"] = new(Source.VendorWebhook, "crm", async (host, who) =>
            Assert.Equal(
                200, await host.Sandbox.Find<CrmSandbox>().ActAsync("unsubscribed", who.Email, "email", cancellationToken: Cancel))),
        ["the CRM's list, read at night"] = new(Source.Reconciliation, "crm", async (host, who) =>
        {
            await host.Sandbox.Find<CrmSandbox>().ActAsync("unsubscribed", who.Email, "email", sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
        ["SendGrid's event"] = new(Source.VendorWebhook, "sendgrid", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.SendGrid.ActAsync("unsubscribe", who.Email, cancellationToken: Cancel))),
        ["SendGrid's list, read at night"] = new(Source.Reconciliation, "sendgrid", async (host, who) =>
        {
            await host.Sandbox.SendGrid.ActAsync("spamreport", who.Email, sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task PressAsync(OptOutHost host, Person who, string channel) =>
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync(who.Id, channel))).Status);

    private static async Task FormAsync(OptOutHost host, string field, string value) =>
        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"{field}={Uri.EscapeDataString(value)}"))).Status);
}
