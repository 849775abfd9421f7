using System.Text.Json.Nodes;

namespace OptOut.Judge;

/// <summary>What is typed or said: the public form, printed codes, the call centre, the portal.</summary>
internal sealed class TypedEntries(Doing doing)
{
    private static readonly string[] AgentScopes = ["*,*", "*,*", "phone,*", "*,offers", "email,newsletter"];

    /// <summary>The form for people without a link: by any contact point, announced or not.</summary>
    public Task PublicFormAsync(Dice dice, CancellationToken stop)
    {
        if (Somebody(dice) is not { } contact)
            return Task.CompletedTask;
        var field = contact.Kind.ToLowerInvariant();
        return doing.StopAsync(
            contact,
            new Act
            {
                Id = doing.NextId(),
                Entry = "public form",
                ContactPoint = contact.ToString(),
                Stops = Doing.Everything,
                Source = "PublicPage",
            },
            async cancel => Answers.Page(await doing.Public.SendAsync(
                HttpMethod.Post, "/unsubscribe", Wire.Form($"{field}={Uri.EscapeDataString(contact.Value)}"), cancel)),
            stop);
    }

    /// <summary>The code of a letter: everything, or some channels.</summary>
    public async Task CodeAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: false, p => p.Code is not null) is not { } person)
            return;
        string[] channels = dice.Chance(50) ? [.. Cell.Channels] : [.. Cell.Channels.Where(_ => dice.Chance(40))];
        if (channels.Length == 0)
            channels = ["post"];
        var form = channels.Length == Cell.Channels.Count
            ? "choice=stop"
            : $"choice=some{string.Concat(channels.Select(c => $"&channel={c}"))}";
        await doing.StopAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "printed code",
                Person = person.Id,
                Stops = [.. channels.SelectMany(Cell.On).Select(c => c.ToString())],
                Source = "PrintedCode",
            },
            async cancel => Answers.Page(await doing.Public.SendAsync(HttpMethod.Post, $"/q/{person.Code}", Wire.Form(form), cancel)),
            null,
            stop);
    }

    /// <summary>A person says it in a call; the agent's screen sends it again with the same call number.</summary>
    public async Task AgentAsync(Dice dice, CancellationToken stop)
    {
        var (id, scope) = (doing.NextId(), dice.Pick(AgentScopes));
        var act = new Act
        {
            Id = id,
            Entry = $"agent, {scope}",
            Stops = [.. Cell.Covered(scope).Select(c => c.ToString())],
            Source = "PhoneAgent",
        };
        var body = new JsonObject { ["agent"] = "A-17", ["call"] = $"call {id}", ["scope"] = scope };
        if (dice.Chance(50) && doing.People.Enter(dice, alone: false, _ => true) is { } person)
        {
            body["subject"] = person.Id;
            await doing.StopAsync(person, act with { Person = person.Id }, SendAsync, null, stop);
        }
        else if (Somebody(dice) is { } contact)
        {
            body["identifier"] = new JsonObject { [contact.Kind.ToLowerInvariant()] = contact.Value };
            await doing.StopAsync(contact, act with { ContactPoint = contact.ToString() }, SendAsync, stop);
        }

        async Task<Answer> SendAsync(CancellationToken cancel) => Answers.Agent(
            await doing.Api.SendAsync(HttpMethod.Post, "/api/opt-outs", Wire.Json(body), cancel));
    }

    /// <summary>The portal's button.</summary>
    public async Task PortalStopAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: false, _ => true) is { } person)
        {
            await doing.StopAsync(
                person,
                new Act { Id = doing.NextId(), Entry = "portal, stop", Person = person.Id, Stops = Doing.Everything, Source = "Portal" },
                cancel => PortalAsync(person, new JsonObject { ["everything"] = "stop" }, cancel),
                null,
                stop);
        }
    }

    /// <summary>Two or three channels in one submission. It only stops, so it is taken when nobody can read what stands.</summary>
    public async Task PortalChannelsAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: false, p => p.Stopped.Count < Cell.All.Count) is not { } person)
            return;
        var (first, count) = (dice.Below(Cell.Channels.Count), 2 + dice.Below(2));
        string[] channels = [.. Enumerable.Range(first, count).Select(i => Cell.Channels[i % Cell.Channels.Count])];
        var nothing = channels.ToDictionary(c => c, IReadOnlyCollection<string> (_) => [], StringComparer.Ordinal);
        await doing.StopAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "portal, channels",
                Person = person.Id,
                Stops = [.. channels.SelectMany(Cell.On).Select(c => c.ToString())],
                Source = "Portal",
            },
            cancel => PortalAsync(person, new JsonObject { ["channels"] = Body(nothing) }, cancel),
            null,
            stop);
    }

    /// <summary>The portal's choices on one or two channels, of which some may loosen.</summary>
    public async Task PortalChoicesAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: true, p => !p.IsUncertain) is not { } person)
            return;
        var wanted = Choices.Roll(dice, Cell.Channels.Where(_ => dice.Chance(50)));
        var (before, after) = (person.Stopped.ToHashSet(), Choices.Apply(person.Stopped, wanted));
        if (before.SetEquals(after) || await doing.SeenAsync(person, stop) is not { } seen)
        {
            doing.People.Leave([person], _ => { });
            return;
        }

        var (stops, allows) = Choices.Claims(before, after, wanted.Keys);
        var channels = Body(wanted);
        await doing.ChooseAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "portal, choices",
                Person = person.Id,
                Stops = stops,
                Allows = allows,
                Source = "Portal",
            },
            after,
            async cancel =>
            {
                var answer = await PortalAsync(person, new JsonObject { ["channels"] = channels.DeepClone() }, cancel, seen);

                // What stands has moved on, perhaps by an earlier attempt whose answer was lost. A portal then reads it again.
                if (answer.Status == 412)
                    seen = await doing.VersionAsync(person, cancel) ?? seen;
                return answer;
            },
            _ => null,
            stop);
    }

    private async Task<Answer> PortalAsync(Person person, JsonObject body, CancellationToken cancel, string? seen = null) => Answers.Portal(
        await doing.Api.SendAsync(HttpMethod.Put, $"/api/subjects/{person.Id}/preferences", Wire.Json(body), cancel, seen: seen));

    private static JsonObject Body(IEnumerable<KeyValuePair<string, IReadOnlyCollection<string>>> wanted) =>
        new(wanted.Select(w => KeyValuePair.Create(
            w.Key,
            (JsonNode?)new JsonObject(Cell.Topics.Select(t => KeyValuePair.Create(t, (JsonNode?)JsonValue.Create(w.Value.Contains(t))))))));

    // One in four is somebody whom the controller did not announce.
    private Contact? Somebody(Dice dice)
    {
        if (dice.Chance(25))
            return doing.People.NewStranger(dice);
        var known = doing.People.Snapshot().Where(p => p is { IsBystander: false, IsAnnounced: true, IsLeftAlone: false }).ToList();
        return known.Count == 0 ? null : dice.Pick(dice.Pick(known).Contacts);
    }
}
