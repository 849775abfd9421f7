using System.Text.Json.Nodes;

namespace OptOut.Judge;

/// <summary>What reaches the product by a vendor: replies, mails, and the webhooks that the sandbox signs.</summary>
internal sealed class VendorEntries(Doing doing)
{
    private static readonly string[] StopWords = ["STOP", "stop", "Uitschrijven", "ARRET", "ABMELDEN"];

    private static readonly (string Vendor, string Kind, string Control, Func<Contact, JsonObject> Body)[] Webhooks =
    [
        ("sendgrid", Contact.Email, "unsubscribe", c => new JsonObject { ["email"] = c.Value, ["kind"] = "unsubscribe" }),
        (
            "sendgrid", Contact.Email, "unsubscribe",
            c => new JsonObject { ["email"] = c.Value, ["kind"] = "group_unsubscribe", ["group"] = 102 }),
        ("postmark", Contact.Email, "unsubscribe", c => new JsonObject { ["email"] = c.Value }),
        ("mailgun", Contact.Email, "unsubscribe", c => new JsonObject { ["email"] = c.Value }),
        ("amazon-ses", Contact.Email, "unsubscribe", c => new JsonObject { ["email"] = c.Value }),
        ("crm", Contact.Email, "act", c => new JsonObject { ["identifier"] = c.Value, ["type"] = "unsubscribed", ["kind"] = "email" }),
        ("dialler", Contact.Phone, "mark", c => new JsonObject { ["number"] = c.Value }),
    ];

    /// <summary>A webhook of one of the vendors. Each stops everything, for everybody who has the contact point.</summary>
    public Task WebhookAsync(Dice dice, CancellationToken stop)
    {
        var (vendor, kind, control, body) = dice.Pick(Webhooks);
        if (Somebody(dice, kind) is not { } contact)
            return Task.CompletedTask;
        return doing.StopAsync(
            contact,
            new Act
            {
                Id = doing.NextId(),
                Entry = $"webhook of {vendor}",
                ContactPoint = contact.ToString(),
                Stops = Doing.Everything,
                Source = "VendorWebhook",
                Vendor = vendor,
            },
            cancel => SendAsync(vendor, control, body(contact), cancel),
            stop);
    }

    /// <summary>A text message that says to stop.</summary>
    public Task SmsStopAsync(Dice dice, CancellationToken stop)
    {
        if (Somebody(dice, Contact.Phone) is not { } contact)
            return Task.CompletedTask;
        var word = dice.Pick(StopWords);
        return doing.StopAsync(
            contact,
            new Act
            {
                Id = doing.NextId(),
                Entry = $"SMS {word}",
                ContactPoint = contact.ToString(),
                Stops = Doing.Everything,
                Source = "SmsReply",
                Vendor = "twilio",
            },
            cancel => SendAsync("twilio", "reply", new JsonObject { ["from"] = contact.Value, ["body"] = word }, cancel),
            stop);
    }

    /// <summary>START allows SMS again, and nothing else.</summary>
    public async Task SmsStartAsync(Dice dice, CancellationToken stop)
    {
        var sms = Cell.On("sms");
        if (doing.People.Enter(dice, alone: true, p => !p.IsUncertain && sms.Any(p.Stopped.Contains)) is not { } person)
            return;
        if (!await doing.SeesAsync(person, stop))
        {
            doing.People.Leave([person], _ => { });
            return;
        }

        var number = person.Of(Contact.Phone);
        await doing.ChooseAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "SMS START",
                ContactPoint = number.ToString(),
                Allows = [.. sms.Select(c => c.ToString())],
                Source = "SmsReply",
                Vendor = "twilio",
            },
            person.Stopped.Except(sms).ToHashSet(),
            cancel => SendAsync("twilio", "reply", new JsonObject { ["from"] = number.Value, ["body"] = "START" }, cancel),
            _ => null,
            stop);
    }

    /// <summary>A mail to the address of List-Unsubscribe, or from a proven sender.</summary>
    public async Task MailAsync(Dice dice, CancellationToken stop)
    {
        var act = new Act { Id = doing.NextId(), Entry = "mail to the mailto address", Stops = Doing.Everything, Source = "Mailto" };
        if (dice.Chance(50) && doing.People.Enter(dice, alone: false, p => p.Token is not null) is { } person)
        {
            await doing.StopAsync(
                person,
                act with { Person = person.Id },
                cancel => MailAsync(person.Of(Contact.Email).Value, $"u-{person.Token}@optout.kruidtuin.example", cancel),
                null,
                stop);
        }
        else if (Somebody(dice, Contact.Email) is { } contact)
        {
            await doing.StopAsync(
                contact,
                act with { Entry = "mail from a proven sender", ContactPoint = contact.ToString() },
                cancel => MailAsync(contact.Value, "stop@optout.kruidtuin.example", cancel),
                stop);
        }
    }

    private Task<Answer> MailAsync(string from, string to, CancellationToken cancel) =>
        SendAsync("sendgrid", "mail", new JsonObject { ["from"] = from, ["to"] = to, ["subject"] = "unsubscribe" }, cancel);

    private async Task<Answer> SendAsync(string vendor, string control, JsonObject body, CancellationToken cancel) => Answers.Webhook(
        await doing.Vendors.SendAsync(HttpMethod.Post, $"/sandbox/{vendor}/{control}", Wire.Json(body), cancel));

    private Contact? Somebody(Dice dice, string kind)
    {
        if (dice.Chance(15) && doing.People.NewStranger(dice) is var stranger && stranger.Kind == kind)
            return stranger;
        var known = doing.People.Snapshot().Where(p => p is { IsBystander: false, IsAnnounced: true, IsLeftAlone: false }).ToList();
        return known.Count == 0 ? null : dice.Pick([.. dice.Pick(known).Contacts.Where(c => c.Kind == kind)]);
    }
}
