using System.Net.Http.Json;
using OptOut.Consent;
using static OptOut.Tests.Mailto.MailWriter;

namespace OptOut.Tests.EveryDoor;

/// <summary>Every way in there is. A new one is an entry here.</summary>
internal static class Doors
{
    public static IReadOnlyDictionary<string, Door> All { get; } = new Dictionary<string, Door>(StringComparer.Ordinal)
    {
        ["the mail client's button"] = new(Source.OneClick, null, async (host, who) =>
            Assert.Equal(200, (await host.OneClickAsync(await host.TokenAsync(who.Id))).Status)),
        ["the page behind a mail's link"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "email")),
        ["the page behind an SMS's link"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "sms")),
        ["the page behind a link given on the phone"] = new(Source.UnsubscribePage, null, (host, who) => PressAsync(host, who, "phone")),
        ["a letter's printed code"] = new(Source.PrintedCode, null, async (host, who) =>
        {
            var order = await host.SendAsync("POST", "/api/codes", JsonContent.Create(new { subjects = new[] { who.Id } }), OptOutHost.FunctionKey);
            var page = await host.SendAsync("GET", $"/q/{order.Json["codes"]![0]!["code"]!.GetValue<string>()}");
            Assert.Equal(303, page.Status);
            Assert.Equal(200, (await host.SendAsync("POST", page.Headers["Location"], OptOutHost.Form("choice=stop"))).Status);
        }),
        ["the public form, by e-mail address"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "email", who.Email)),
        ["the public form, by phone number"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "phone", who.Phone)),
        ["the public form, by postal address"] = new(Source.PublicPage, null, (host, who) => FormAsync(host, "postal", who.Postal)),
        ["a mail to the mailto address"] = new(Source.Mailto, null, async (host, who) =>
            Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(Plain(who.Email, $"u-{await host.TokenAsync(who.Id)}@{Host}"), Cancel))),
        ["a mail whose sender is proven"] = new(Source.Mailto, null, async (host, who) =>
            Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(Proven(who.Email, $"stop@{Host}", "STOP"), Cancel))),
        ["the controller's portal"] = new(Source.Portal, null, async (host, who) =>
            Assert.Equal(200, (await host.SendAsync("PUT", $"/api/subjects/{who.Id}/preferences", JsonContent.Create(new { everything = "stop" }), OptOutHost.FunctionKey)).Status)),
        ["SendGrid's event"] = new(Source.VendorWebhook, "sendgrid", async (host, who) =>
            Assert.Equal(200, await host.Sandbox.SendGrid.ActAsync("unsubscribe", who.Email, cancellationToken: Cancel))),
        ["SendGrid's list, read at night"] = new(Source.Reconciliation, "sendgrid", async (host, who) =>
        {
            await host.Sandbox.SendGrid.ActAsync("spamreport", who.Email, sendEvent: false, cancellationToken: Cancel);
            await host.RunTimerAsync("Reconcile");
        }),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task PressAsync(OptOutHost host, Somebody who, string channel) =>
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync(who.Id, channel))).Status);

    private static async Task FormAsync(OptOutHost host, string field, string value) =>
        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"{field}={Uri.EscapeDataString(value)}"))).Status);
}
