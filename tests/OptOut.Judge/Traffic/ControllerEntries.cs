using System.Text.Json.Nodes;

namespace OptOut.Judge;

/// <summary>What the controller does: it announces people, gives them links and codes, and learns of other contact points.</summary>
internal sealed class ControllerEntries(Doing doing)
{
    /// <summary>Announces a new person. Some share an address with somebody else, or had acted before they were known.</summary>
    public async Task AnnounceAsync(Dice dice, CancellationToken stop)
    {
        var isBystander = dice.Chance(15);
        var person = doing.People.Create(isBystander, isBystander ? [] : [.. Shared(dice)]);
        await AnnounceAsync(person, person.Contacts, stop);
    }

    /// <summary>A person gets another e-mail address, and keeps or loses the ones beside their own.</summary>
    public async Task MoveAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: false, _ => true) is not { } person)
            return;
        Contact[] own = [.. person.Contacts.Take(3)], others = [.. person.Contacts.Skip(3).Where(_ => dice.Chance(50))];
        await doing.StopAsync(
            person,
            Announcement(person, [.. own, .. others, doing.People.NewEmail()], out var contacts),
            cancel => PutAsync(person, contacts, cancel),
            answer =>
            {
                // What the person once had still counts; acts are addressed to what they have now.
                if (answer.Outcome == Outcome.Recorded)
                    person.Contacts = [.. contacts.Union(person.Contacts)];
            },
            stop);
    }

    private async Task AnnounceAsync(Person person, IReadOnlyList<Contact> all, CancellationToken stop)
    {
        await doing.StopAsync(
            person,
            Announcement(person, all, out var contacts),
            cancel => PutAsync(person, contacts, cancel),
            _ => person.IsAnnounced = true,
            stop);
        if (!person.IsAnnounced || person.IsBystander)
            return;
        person.Token = await TokenAsync(person, stop);
        person.Code = await CodeAsync(person, stop);
    }

    private Act Announcement(Person person, IReadOnlyList<Contact> all, out IReadOnlyList<Contact> contacts)
    {
        contacts = all;
        return new Act { Id = doing.NextId(), Entry = "announcement", Person = person.Id, Announces = [.. all.Select(c => c.ToString())] };
    }

    private async Task<Answer> PutAsync(Person person, IReadOnlyList<Contact> contacts, CancellationToken cancel) => Answers.Plain(
        await doing.Api.SendAsync(
            HttpMethod.Put,
            $"/api/subjects/{person.Id}",
            Wire.Json(new JsonObject
            {
                ["identifiers"] = new JsonObject
                {
                    ["email"] = Values(contacts, Contact.Email),
                    ["phone"] = Values(contacts, Contact.Phone),
                    ["postal"] = Values(contacts, Contact.Postal),
                },
                ["language"] = "en",
            }),
            cancel));

    private async Task<string?> TokenAsync(Person person, CancellationToken stop)
    {
        var body = new JsonObject { ["subject"] = person.Id, ["channel"] = "email", ["topic"] = "newsletter", ["campaign"] = 7 };
        var reply = await doing.Api.SendAsync(HttpMethod.Post, "/api/links", Wire.Json(body), stop);
        return reply is { Status: 200, Json: { } made } ? new Uri(made["url"]!.GetValue<string>()).Segments[^1] : null;
    }

    private async Task<string?> CodeAsync(Person person, CancellationToken stop)
    {
        var body = new JsonObject { ["subjects"] = new JsonArray(person.Id), ["topic"] = "offers" };
        var reply = await doing.Api.SendAsync(HttpMethod.Post, "/api/codes", Wire.Json(body), stop);
        return reply is { Status: 200, Json: { } made } ? made["codes"]![0]!["code"]!.GetValue<string>() : null;
    }

    private static JsonArray Values(IReadOnlyList<Contact> contacts, string kind) =>
        new([.. contacts.Where(c => c.Kind == kind).Select(c => (JsonNode?)JsonValue.Create(c.Value))]);

    private IEnumerable<Contact> Shared(Dice dice)
    {
        var known = doing.People.Snapshot().Where(p => p is { IsBystander: false, IsAnnounced: true, IsLeftAlone: false }).ToList();
        if (dice.Chance(10) && known.Count > 0)
            yield return dice.Pick(known).Of(Contact.Email);
        if (dice.Chance(10) && doing.People.TakeStranger(dice) is { } stranger)
            yield return stranger;
    }
}
