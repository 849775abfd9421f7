using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using OptOut.Consent;

namespace OptOut.Messaging;

/// <summary>
/// A subject changed. The message contains the changes of one submission, so that <c>apply</c> can store them. It
/// never states what to do: a handler reads the current state, so order, duplicates and replays do not matter.
/// </summary>
/// <param name="Changes">The changes of the submission; empty if the subject's identifiers changed instead.</param>
/// <param name="At">The start of time-to-stop.</param>
/// <param name="Id">Identifies a message that is published twice.</param>
/// <param name="Only">The subscription that it is sent again for; null the first time.</param>
/// <param name="Vendor">The vendor that it is sent again for.</param>
/// <param name="Attempt">The number of attempts for that vendor.</param>
/// <param name="Wait">How often the message has waited for the store.</param>
/// <param name="Replay">The number of the dead letter it was replayed from; 0 for none.</param>
/// <param name="Due">When the confirmation looks again; null if it was not put off.</param>
/// <param name="Entries">
/// The sequence numbers of the changes in the subject's ledger, in their order, if <c>apply</c> has just written them; empty if not.
/// </param>
/// <param name="Failures">How often its handler has thrown.</param>
/// <param name="Restarts">How often it was published afresh because processes died that handled it.</param>
/// <param name="Turn">
/// Messages of a batch with the same turn are handled one after another: they would write the same contact point's row. Null for a turn of
/// its subject's own.
/// </param>
/// <param name="ContactPoint">
/// The contact point whose owners are to be stopped; <c>apply</c> finds out who they are. The subject then is the one that stands in for an
/// unknown owner, and the only change is its Stop. Null if the changes are the subject's own.
/// </param>
internal sealed record SubjectMessage(
    SubjectKey Subject,
    IReadOnlyList<Change> Changes,
    DateTimeOffset At,
    Guid Id,
    string? Only = null,
    string? Vendor = null,
    int Attempt = 0,
    int Wait = 0,
    long Replay = 0,
    DateTimeOffset? Due = null,
    string Entries = "",
    int Failures = 0,
    int Restarts = 0,
    string? Turn = null,
    SealedContactPoint? ContactPoint = null)
    : IBusMessage<SubjectMessage>
{
    internal const string ChangeLabel = "consent-change", UpdateLabel = "subject-updated", TurnProperty = "turn";
    private const string ContactPointProperty = "contact-point", EventProperty = "event";
    private const string Json = "application/json", Version = "1";

    public string About => Subject.ToString();

    public static SubjectMessage From(Change change) => From([change]);

    /// <param name="changes">At least one, all of one subject and one submission.</param>
    public static SubjectMessage From(IReadOnlyList<Change> changes) =>
        new(changes[0].Subject, changes, changes.Max(c => c.At), changes[0].Id);

    /// <summary>The part of a message about a contact point that is one owner's.</summary>
    public SubjectMessage For(SubjectKey owner)
    {
        var (stop, id) = (Changes[0], EventIds.Of(ContactPoint!.Event, owner));
        var own = stop with { Subject = owner, Id = id, SubmissionId = stop.SubmissionId == stop.Id ? id : stop.SubmissionId };
        return this with { Subject = owner, Changes = [own], Id = id, ContactPoint = null };
    }

    // Truncated to the millisecond, as a change is. Otherwise a change in the same millisecond would seem earlier.
    public static SubjectMessage Updated(SubjectKey subject, DateTimeOffset now) =>
        new(subject, [], Change.Milliseconds(now), EventIds.New(now));

    /// <summary>
    /// The same message for one subscription, as <c>apply</c> passes it on. If <c>apply</c> is delivered again and passes it on again, the
    /// bus drops the copy.
    /// </summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="written">What <c>apply</c> has just written to the ledger.</param>
    public SubjectMessage PassedOn(string subscription, IReadOnlyList<LedgerEntry> written)
    {
        var sequences = Changes.Select(c => written.FirstOrDefault(e => e.Change.Id == c.Id)?.Sequence).ToArray();
        return this with { Only = subscription, Wait = 0, Turn = null, Entries = sequences.Contains(null) ? "" : string.Join(',', sequences) };
    }

    /// <summary>The same message for one vendor, which did not answer in time or was not called because it is slow.</summary>
    public SubjectMessage ForVendor(string vendor) => this with { Only = Topology.VendorRetry, Vendor = vendor };

    public SubjectMessage NextAttempt(string subscription) => this with { Only = subscription, Attempt = Attempt + 1 };

    public SubjectMessage Deferred(string subscription) => this with { Only = subscription, Wait = Wait + 1 };

    /// <summary>
    /// The same message for one subscription, at a later time that somebody counts on. The time is part of the message id: the bus would
    /// drop this message as a duplicate of a copy that has waited for the store, and that was handled long ago. How often it has waited is
    /// not: put off again until the same time, because the store failed in between, it is the same message.
    /// </summary>
    public SubjectMessage DueAt(string subscription, DateTimeOffset due) => this with { Only = subscription, Wait = 1, Due = due };

    public SubjectMessage AfterFailure(string subscription) => this with { Only = subscription, Failures = Failures + 1 };

    public SubjectMessage Restarted(string subscription) => this with { Only = subscription, Restarts = Restarts + 1 };

    public SubjectMessage ReplayedFor(string subscription, long deadLetter) =>
        this with { Only = subscription, Attempt = 0, Wait = 0, Replay = deadLetter, Failures = 0, Restarts = 0 };

    /// <summary>The message id. A copy that is sent again has another one than the message it is of.</summary>
    public string CopyId => Only is null
        ? Id.ToString("D")
        : MessageId.Of($"{Id:D}~{Only}~{Vendor}", this) + (Due is { } due ? $"~d{due.UtcTicks}" : "");

    public ServiceBusMessage ToServiceBus()
    {
        var message = new ServiceBusMessage(BinaryData.FromString(ChangeDocument.ToJson(Changes)))
        {
            MessageId = CopyId,
            CorrelationId = Subject.ToString(),
            Subject = Changes.Count == 0 ? UpdateLabel : ChangeLabel,
            ContentType = Json,
        };
        message.ApplicationProperties["v"] = Version;
        message.ApplicationProperties["id"] = Id.ToString("D");
        message.ApplicationProperties["at"] = At.ToString("O", CultureInfo.InvariantCulture);
        if (Only is not null)
            message.ApplicationProperties["only"] = Only;
        if (Vendor is not null)
            message.ApplicationProperties["vendor"] = Vendor;
        if (Attempt > 0)
            message.ApplicationProperties["attempt"] = Attempt;
        if (Wait > 0)
            message.ApplicationProperties["wait"] = Wait;
        if (Replay > 0)
            message.ApplicationProperties["replay"] = Replay;
        if (Turn is not null)
            message.ApplicationProperties[TurnProperty] = Turn;
        if (ContactPoint is not null)
        {
            message.ApplicationProperties[ContactPointProperty] = ContactPoint.Text;
            message.ApplicationProperties[EventProperty] = ContactPoint.Event.ToString("D");
        }

        if (Failures > 0)
            message.ApplicationProperties["failures"] = Failures;
        if (Restarts > 0)
            message.ApplicationProperties["restarts"] = Restarts;
        if (Entries.Length > 0)
            message.ApplicationProperties["entries"] = Entries;
        if (Due is { } at)
            message.ApplicationProperties["due"] = at.UtcTicks;
        return message;
    }

    public static bool TryRead(
        ServiceBusReceivedMessage received, [NotNullWhen(true)] out SubjectMessage? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        problem = null;
        var properties = received.ApplicationProperties;
        if (Text("v") != Version)
            problem = $"The property v is '{Text("v")}'; this version reads {Version}.";
        else if (received.ContentType != Json)
            problem = $"The content type is '{received.ContentType}'; it must be {Json}.";
        else if (!SubjectKey.TryParse(received.CorrelationId, out var subject))
            problem = "The correlation id is not a subject key.";
        else if (!Guid.TryParse(Text("id"), out var id) || !DateTimeOffset.TryParse(Text("at"), CultureInfo.InvariantCulture, out var at))
            problem = "The properties id and at must be a UUID and a timestamp.";
        else if (received.Subject is not (ChangeLabel or UpdateLabel))
            problem = $"The subject is '{received.Subject}'; it must be {ChangeLabel} or {UpdateLabel}.";
        else
        {
            try
            {
                var contactPoint = Text(ContactPointProperty) is { } text
                    ? new SealedContactPoint(text, Guid.Parse(Text(EventProperty) ?? ""))
                    : null;
                Change[] changes = received.Subject == ChangeLabel
                    ? [.. ChangeDocument.ListFromJson(received.Body.ToString()).Select(d => d.ToChange())]
                    : [];
                if (Array.Exists(changes, c => c.Subject != subject))
                {
                    problem = "A change is about a different subject than the correlation id.";
                }
                else if (changes.Length == 0 && received.Subject == ChangeLabel)
                {
                    problem = "The body contains no change.";
                }
                else if (contactPoint is not null && changes is not [{ Decision: Decision.Stop }])
                {
                    problem = "A message about a contact point must contain one Stop.";
                }
                else
                {
                    message = new SubjectMessage(
                        subject,
                        changes,
                        at,
                        id,
                        Text("only"),
                        Text("vendor"),
                        Number("attempt"),
                        Number("wait"),
                        properties.GetValueOrDefault("replay") as long? ?? 0,
                        properties.GetValueOrDefault("due") is long due ? new DateTimeOffset(due, TimeSpan.Zero) : null,
                        Text("entries") ?? "",
                        Number("failures"),
                        Number("restarts"),
                        Text(TurnProperty),
                        contactPoint);
                }
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException or AllowNotPermittedException)
            {
                problem = $"The body is not a change: {e.GetType().Name}.";
            }
        }

        return problem is null && message is not null;

        string? Text(string name) => properties.GetValueOrDefault(name) as string;

        int Number(string name) => properties.GetValueOrDefault(name) as int? ?? 0;
    }
}

/// <summary>A contact point in a message.</summary>
/// <param name="Text">The contact point, encrypted.</param>
/// <param name="Event">What was reported of it. Each owner's change has an id that is derived from this one.</param>
internal sealed record SealedContactPoint(string Text, Guid Event);
