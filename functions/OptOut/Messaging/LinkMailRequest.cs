using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using OptOut.Company;
using OptOut.Identity;

namespace OptOut.Messaging;

/// <summary>
/// Someone requested the link of the person with this e-mail address. The handler of this message finds out whether there is such a person,
/// so that neither the response to the requester nor its duration reveals it. Changes nothing.
/// </summary>
/// <param name="Address">The keyed hash of the address; the address itself is never sent.</param>
/// <param name="Language">The language of the page with the request; used for the mail if the person's own is not known.</param>
/// <param name="At">When the link was requested.</param>
/// <param name="Replay">The number of the dead letter it was replayed from; 0 for none.</param>
internal sealed record LinkMailRequest(
    IdentifierHash Address,
    Language Language,
    DateTimeOffset At,
    Guid Id,
    int Attempt = 0,
    int Wait = 0,
    long Replay = 0,
    int Failures = 0,
    int Restarts = 0)
    : IBusMessage<LinkMailRequest>
{
    internal const string Label = "link-requested";
    private const string Version = "1";

    public string About => Address.ToString();

    public LinkMailRequest NextAttempt(string subscription) => this with { Attempt = Attempt + 1 };

    public LinkMailRequest Deferred(string subscription) => this with { Wait = Wait + 1 };

    public LinkMailRequest ReplayedFor(string subscription, long deadLetter) =>
        this with { Attempt = 0, Wait = 0, Replay = deadLetter, Failures = 0, Restarts = 0 };

    public LinkMailRequest AfterFailure(string subscription) => this with { Failures = Failures + 1 };

    public LinkMailRequest Restarted(string subscription) => this with { Restarts = Restarts + 1 };

    public ServiceBusMessage ToServiceBus()
    {
        var message = new ServiceBusMessage
        {
            MessageId = MessageId.Of(Id.ToString("D"), this),
            CorrelationId = About,
            Subject = Label,
        };
        message.ApplicationProperties["v"] = Version;
        message.ApplicationProperties["id"] = Id.ToString("D");
        message.ApplicationProperties["at"] = At.ToString("O", CultureInfo.InvariantCulture);
        message.ApplicationProperties["language"] = Language.Code;
        message.ApplicationProperties["attempt"] = Attempt;
        message.ApplicationProperties["wait"] = Wait;
        if (Replay > 0)
            message.ApplicationProperties["replay"] = Replay;
        if (Failures > 0)
            message.ApplicationProperties["failures"] = Failures;
        if (Restarts > 0)
            message.ApplicationProperties["restarts"] = Restarts;
        return message;
    }

    public static bool TryRead(
        ServiceBusReceivedMessage received, [NotNullWhen(true)] out LinkMailRequest? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        problem = null;
        var properties = received.ApplicationProperties;
        if (Text("v") != Version)
        {
            problem = $"The property v is '{Text("v")}'; this version reads {Version}.";
        }
        else if (received.Subject != Label)
        {
            problem = $"The subject is '{received.Subject}'; it must be {Label}.";
        }
        else if (!IdentifierHash.TryParse(received.CorrelationId, out var address))
        {
            problem = "The correlation id is not the hash of an identifier.";
        }
        else if (!Guid.TryParse(Text("id"), out var id) || !DateTimeOffset.TryParse(Text("at"), CultureInfo.InvariantCulture, out var at))
        {
            problem = "The properties id and at must be a UUID and a timestamp.";
        }
        else if (Language.Find(Text("language")) is not { } language)
        {
            problem = "The property language is not a supported language.";
        }
        else
        {
            message = new LinkMailRequest(
                address,
                language,
                at,
                id,
                Number("attempt"),
                Number("wait"),
                properties.GetValueOrDefault("replay") as long? ?? 0,
                Number("failures"),
                Number("restarts"));
        }

        return problem is null && message is not null;

        string? Text(string name) => properties.GetValueOrDefault(name) as string;

        int Number(string name) => properties.GetValueOrDefault(name) as int? ?? 0;
    }
}
