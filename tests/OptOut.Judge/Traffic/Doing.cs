namespace OptOut.Judge;

/// <summary>What every entry needs: the people, the wires, and how an act is sent and its result remembered.</summary>
internal sealed class Doing(SystemUnderTest system, People people, ActSender sender, TimeSpan timeout) : IDisposable
{
    public People People => people;

    /// <summary>Without a key: people, mail clients.</summary>
    public Wire Public { get; } = new(system.Functions, null, timeout);

    /// <summary>With the function key: the controller's systems.</summary>
    public Wire Api { get; } = new(system.Functions, system.FunctionKey, timeout);

    public Wire Vendors { get; } = new(system.Vendors, null, timeout);

    public static string[] Everything { get; } = [.. Cell.All.Select(c => c.ToString())];

    public string NextId() => sender.NextId();

    /// <summary>Sends a Stop of a person who has entered.</summary>
    public Task StopAsync(
        Person person, Act act, Func<CancellationToken, Task<Answer>> send, Action<Answer>? then, CancellationToken stop) =>
        SendAsync([person], act, send, then, stop);

    /// <summary>Sends a Stop that names a contact point, for everybody who has it; nothing while one of them must be alone.</summary>
    public Task StopAsync(Contact contact, Act act, Func<CancellationToken, Task<Answer>> send, CancellationToken stop) =>
        people.TryEnter(contact, [], out var owners) ? SendAsync(owners, act, send, null, stop) : Task.CompletedTask;

    /// <summary>Sends what may loosen, of a person who has entered alone.</summary>
    /// <param name="after">What is stopped once it is recorded.</param>
    /// <param name="then">Gets the answer before the person may act again.</param>
    public Task ChooseAsync(
        Person person,
        Act act,
        IReadOnlySet<Cell> after,
        Func<CancellationToken, Task<Answer>> send,
        Func<Answer, LastSubmission?> then,
        CancellationToken stop) =>
        sender.SendAsync(
            act,
            send,
            (answer, loose) => people.Leave([person], p =>
            {
                // Nothing had to change, though the person saw something else: what stands is not what we think.
                p.IsUncertain |= loose || answer.Outcome != Outcome.Recorded;
                p.IsLeftAlone |= answer.IsLast;
                p.Last = then(answer);
                p.Stopped.Clear();
                p.Stopped.UnionWith(after);
            }),
            stop);

    /// <summary>Whether the portal shows what we expect. What a person allows counts only when they saw what it loosens.</summary>
    public async Task<bool> SeesAsync(Person person, CancellationToken cancellationToken) =>
        await SeenAsync(person, cancellationToken) is not null;

    /// <returns>The version that the portal shows; null when it shows something else than we expect.</returns>
    public async Task<string?> SeenAsync(Person person, CancellationToken cancellationToken)
    {
        var reply = await Api.SendAsync(HttpMethod.Get, $"/api/subjects/{person.Id}/preferences", null, cancellationToken);
        if (reply is not { Status: 200, Json: { } shown })
            return null;
        return Cell.All.All(cell => Allowed(cell) == !person.Stopped.Contains(cell)) ? reply.EntityTag : null;

        bool Allowed(Cell cell) => (cell.Topic.Length == 0
            ? shown["general"]?[cell.Channel]
            : shown["channels"]?[cell.Channel]?[cell.Topic])!.GetValue<bool>();
    }

    /// <returns>The version that the portal shows now; null when it shows none.</returns>
    public async Task<string?> VersionAsync(Person person, CancellationToken cancellationToken) =>
        (await Api.SendAsync(HttpMethod.Get, $"/api/subjects/{person.Id}/preferences", null, cancellationToken))?.EntityTag;

    public void Dispose()
    {
        Public.Dispose();
        Api.Dispose();
        Vendors.Dispose();
    }

    private Task SendAsync(
        IReadOnlyList<Person> entered, Act act, Func<CancellationToken, Task<Answer>> send, Action<Answer>? then, CancellationToken stop) =>
        sender.SendAsync(
            act,
            send,
            (answer, loose) =>
            {
                then?.Invoke(answer);
                people.Leave(entered, p =>
                {
                    p.IsUncertain |= loose;
                    p.IsLeftAlone |= answer.IsLast;
                    if (answer.Outcome is Outcome.Recorded or Outcome.Unchanged)
                        p.Stopped.UnionWith(act.Stops.Select(Cell.Parse));
                });
            },
            stop);
}
