namespace OptOut.Judge;

/// <summary>What a person does with the link of a message: the mail client's button, the page, the preferences, the undo.</summary>
internal sealed class LinkEntries(Doing doing)
{
    private const string PageSource = "UnsubscribePage";

    /// <summary>The button of the mail client (RFC 8058), in both of its encodings.</summary>
    public async Task OneClickAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: false, p => p.Token is not null) is { } person)
            await OneClickAsync(person, dice.Chance(30), stop);
    }

    public Task OneClickAsync(Person person, bool multipart, CancellationToken stop) => doing.StopAsync(
        person,
        new Act
        {
            Id = doing.NextId(),
            Entry = multipart ? "one-click, multipart" : "one-click",
            Person = person.Id,
            Stops = Doing.Everything,
            Source = "OneClick",
        },
        async cancel => Answers.Plain(await doing.Public.SendAsync(
            HttpMethod.Post,
            $"/u/{person.Token}",
            multipart ? Wire.Multipart("List-Unsubscribe", "One-Click") : Wire.Form("List-Unsubscribe=One-Click"),
            cancel)),
        null,
        stop);

    /// <summary>The one button of the page behind the link. Alone, so that it can be taken back.</summary>
    public async Task PageAsync(Dice dice, CancellationToken stop)
    {
        var alone = dice.Chance(50);
        // Rather somebody who had stopped a part: an undo must give back that part, and no more.
        var person = alone ? doing.People.Enter(dice, alone, HasStoppedAPart) : null;
        person ??= doing.People.Enter(dice, alone, p => p.Token is not null);
        if (person is null)
            return;

        var before = person.Stopped.ToHashSet();
        await doing.StopAsync(
            person,
            new Act { Id = doing.NextId(), Entry = "page", Person = person.Id, Stops = Doing.Everything, Source = PageSource },
            async cancel => Answers.Page(await doing.Public.SendAsync(
                HttpMethod.Post, $"/u/{person.Token}", Wire.Form("choice=stop"), cancel)),
            answer => person.Last = alone && before.Count < Cell.All.Count ? Last(answer, before) : null,
            stop);
        if (dice.Chance(50))
            await UndoAsync(dice, person, stop);
    }

    /// <summary>Several choices in one submission, of which some may loosen.</summary>
    public async Task PreferencesAsync(Dice dice, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: true, p => p is { Token: not null, IsUncertain: false }) is not { } person)
            return;
        var wanted = Choices.Roll(dice, Cell.Channels);
        var (before, after) = (person.Stopped.ToHashSet(), Choices.Apply(person.Stopped, wanted));
        var path = $"/u/{person.Token}/preferences";
        if (before.SetEquals(after)
            || !await doing.SeesAsync(person, stop)
            || await doing.Public.SendAsync(HttpMethod.Get, path, null, stop) is not { Status: 200 } page)
        {
            doing.People.Leave([person], _ => { });
            return;
        }

        var shown = Uri.EscapeDataString(
            string.Join(' ', Cell.All.Where(c => c.Topic.Length > 0).Select(c => before.Contains(c) ? $"!{c}" : c.ToString())));
        var ticked = string.Concat(wanted.SelectMany(w => w.Value.Select(topic => $"&want={Uri.EscapeDataString($"{w.Key},{topic}")}")));
        var (stops, allows) = Choices.Claims(before, after, Cell.Channels);
        await doing.ChooseAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "preferences",
                Person = person.Id,
                Stops = stops,
                Allows = allows,
                Source = "PreferencePage",
            },
            after,
            async cancel => Answers.Page(await doing.Public.SendAsync(
                HttpMethod.Post, path, Wire.Form($"shown={shown}&seen={Answers.Seen(page)}{ticked}"), cancel)),
            answer => Last(answer, before),
            stop);
        if (dice.Chance(30))
            await UndoAsync(dice, person, stop);
    }

    /// <summary>Takes back the submission whose result page the person has before them.</summary>
    public Task UndoAsync(Dice dice, CancellationToken stop) => UndoAsync(dice, null, stop);

    private async Task UndoAsync(Dice dice, Person? who, CancellationToken stop)
    {
        if (doing.People.Enter(dice, alone: true, p => p is { Last: not null, IsUncertain: false } && (who is null || p == who))
            is not { Last: { } last } person)
        {
            return;
        }

        if (!await doing.SeesAsync(person, stop))
        {
            doing.People.Leave([person], _ => { });
            return;
        }

        var before = person.Stopped.ToHashSet();
        await doing.ChooseAsync(
            person,
            new Act
            {
                Id = doing.NextId(),
                Entry = "undo",
                Person = person.Id,
                Stops = [.. last.Before.Except(before).Select(c => c.ToString())],
                Allows = [.. before.Except(last.Before).Select(c => c.ToString())],
                Source = PageSource,
                Undoes = last.Reference,
            },
            last.Before,
            async cancel => Answers.Page(await doing.Public.SendAsync(
                HttpMethod.Post, $"/u/{person.Token}/undo", Wire.Form($"ref={last.Reference}&seen={last.Seen}"), cancel)),
            _ => null,
            stop);
    }

    private static bool HasStoppedAPart(Person person) => person is { Token: not null, IsUncertain: false }
        && person.Stopped.Count > 0
        && person.Stopped.Count < Cell.All.Count;

    private static LastSubmission? Last(Answer answer, IReadOnlySet<Cell> before) => answer is { Reference: { } number, Seen: { } seen }
        ? new LastSubmission(number, seen, before)
        : null;
}
