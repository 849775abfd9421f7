using System.Globalization;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records;

namespace OptOut.Delivery;

/// <summary>
/// Allows at most one mail with a link to an address in ten minutes, and five in a day, no matter who requests it and how many instances
/// handle the requests: nobody can fill a mailbox by typing its address. Kept in the table <c>consent</c>, in the partition of the subject
/// that would stand in for the address's owner, row <c>link~</c>. There is a row only for addresses we know.
/// </summary>
internal sealed class LinkMailLimiter(StorageAccount storage, IdentifierProtector protector, TimeProvider time)
{
    private const int MaxPerDay = 5;
    private static readonly TimeSpan MinInterval = TimeSpan.FromMinutes(10), Day = TimeSpan.FromDays(1);

    /// <summary>
    /// Claims a mail for a request. The same request may claim again until its mail is sent, so that a mail that was not accepted is
    /// retried.
    /// </summary>
    /// <returns>Whether to send the mail.</returns>
    public Task<bool> TryClaimAsync(Identifier address, Guid request, CancellationToken cancellationToken) => UpdateAsync(
        address,
        (mails, now) =>
        {
            var own = mails.Find(m => m.Request == request);
            var others = mails.FindAll(m => m.Request != request);
            if (own is { Sent: true } || others.Count >= MaxPerDay || others.Exists(m => m.At > now - MinInterval))
                return null;
            return [.. others, new Mail(now, request, Sent: false)];
        },
        cancellationToken);

    /// <summary>Marks the mail as sent: the same request sends no second one.</summary>
    public Task SentAsync(Identifier address, Guid request, CancellationToken cancellationToken) => UpdateAsync(
        address, (mails, _) => [.. mails.Select(m => m.Request == request ? m with { Sent = true } : m)], cancellationToken);

    private async Task<bool> UpdateAsync(
        Identifier address, Func<List<Mail>, DateTimeOffset, List<Mail>?> change, CancellationToken cancellationToken)
    {
        var subject = protector.SubjectOf(address);
        while (true)
        {
            var now = time.GetUtcNow();
            var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
                subject.ToString(), RowKey(subject), cancellationToken: cancellationToken);
            var known = found.HasValue ? Read(found.Value!.GetString("Mails")) : [];
            if (change(known.FindAll(m => m.At > now - Day), now) is not { } mails)
                return false;

            var row = new TableEntity(subject.ToString(), RowKey(subject)) { ["Mails"] = string.Join(' ', mails) };
            try
            {
                if (found.HasValue)
                    await storage.Consent.UpdateEntityAsync(row, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                else
                    await storage.Consent.AddEntityAsync(row, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another instance was faster and may have claimed the mail.
            }
        }
    }

    private static string RowKey(SubjectKey subject) => $"link~{subject}";

    private static List<Mail> Read(string mails) => [.. mails.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Mail.Parse)];

    private sealed record Mail(DateTimeOffset At, Guid Request, bool Sent)
    {
        public static Mail Parse(string text)
        {
            var parts = text.Split('/');
            return new Mail(
                DateTimeOffset.Parse(parts[0], CultureInfo.InvariantCulture), Guid.ParseExact(parts[1], "N"), parts[2] == "sent");
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{At:O}/{Request:N}/{(Sent ? "sent" : "claimed")}");
    }
}
