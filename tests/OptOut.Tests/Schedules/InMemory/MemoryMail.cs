using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules.InMemory;

internal sealed class MemoryMail(Scheduler scheduler, Func<Identifier, string> name) : IMailSender
{
    /// <summary>Every mail that was accepted.</summary>
    public List<OutgoingMail> Sent { get; } = [];

    public Task<VendorOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken) => scheduler.AtAsync<VendorOutcome>(
        OperationKind.Mail,
        $"mail to {name(mail.To)}",
        fate =>
        {
            if (fate != Fate.FailBefore)
                Sent.Add(mail);
            return fate == Fate.Succeed
                ? (new VendorOutcome.Confirmed(), "accepted")
                : (new VendorOutcome.Transient(null, "busy"), fate == Fate.FailBefore ? "busy" : "accepted, answer lost");
        },
        cancellationToken);
}
