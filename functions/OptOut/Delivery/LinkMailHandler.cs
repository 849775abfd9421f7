using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Delivery;

/// <summary>
/// Sends the people who have an address now the link to their own preferences. When there are none, nothing is sent and nobody is notified.
/// </summary>
internal sealed class LinkMailHandler(
    IdentifierIndex index,
    ProfileStore profiles,
    LinkMailLimiter limiter,
    LinkMailText text,
    MailDispatch dispatch,
    DeliveryGuard guard)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        guard.HandleAsync<LinkMailRequest>(
            received, Topology.LinkMail, (request, _) => HandleAsync(request, cancellationToken), cancellationToken);

    private async Task<Settlement> HandleAsync(LinkMailRequest request, CancellationToken cancellationToken)
    {
        if (await index.FindByHashAsync(IdentifierKind.Email, request.Address, cancellationToken) is not { Identifier: var address } known)
            return Settlement.Done;

        // The index also has addresses that people no longer use. Somebody else may read them today, so they get no link.
        var owners = new List<SubjectKey>();
        string? language = null;
        foreach (var subject in known.Subjects)
        {
            var profile = await profiles.LoadAsync(subject, cancellationToken);
            if (!profile.Current.Contains(address))
                continue;
            owners.Add(subject);
            language ??= profile.Language;
        }

        if (owners.Count == 0 || !await limiter.TryClaimAsync(address, request.Id, cancellationToken))
            return Settlement.Done;
        var mail = await text.WriteAsync(request, address, owners, language);
        if (await dispatch.SendAsync(mail, "link mail", request, Topology.LinkMail, cancellationToken) is { } unsent)
            return unsent;
        await limiter.SentAsync(address, request.Id, cancellationToken);
        return Settlement.Done;
    }
}
