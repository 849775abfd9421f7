using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// Sends service mail (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html) without list management, so the contact
/// list does not apply: people who stopped marketing still get the confirmation.
/// </summary>
internal sealed class AmazonSesMail(AmazonSesApi api, IOptions<ServiceMailOptions> mail) : IMailSender
{
    public async Task<VendorOutcome> SendAsync(OutgoingMail outgoing, CancellationToken cancellationToken) =>
        outgoing.To.Kind != IdentifierKind.Email
            ? new VendorOutcome.Rejected($"Amazon SES takes e-mail addresses, not a {outgoing.To.Kind} identifier.")
            : await api.SendAsync(outgoing, Message(outgoing), cancellationToken) ?? new VendorOutcome.Confirmed();

    private JsonObject Message(OutgoingMail outgoing) => new()
    {
        ["FromEmailAddress"] = MailAddress.Write(mail.Value.From.Name, mail.Value.From.Address),
        ["Destination"] = new JsonObject { ["ToAddresses"] = new JsonArray(MailAddress.Write(outgoing.ToName, outgoing.To.Value)) },
        ["Content"] = new JsonObject
        {
            ["Simple"] = new JsonObject
            {
                ["Subject"] = Utf8(outgoing.SubjectLine),
                ["Body"] = new JsonObject { ["Text"] = Utf8(outgoing.PlainText), ["Html"] = Utf8(outgoing.Html) },
                ["Headers"] = new JsonArray(
                    Header(OutgoingMail.ReferenceHeader, outgoing.Reference),
                    Header("Content-Language", outgoing.Language),
                    Header("Auto-Submitted", OutgoingMail.AutoSubmitted)),
            },
        },
    };

    private static JsonObject Utf8(string text) => new() { ["Data"] = text, ["Charset"] = "UTF-8" };

    private static JsonObject Header(string name, string value) => new() { ["Name"] = name, ["Value"] = value };
}
