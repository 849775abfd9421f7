using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// Sends service mail over the server's transactional stream (https://postmarkapp.com/developer/api/email-api), which has a suppression
/// list of its own: people who stopped marketing are not on it.
/// </summary>
internal sealed class PostmarkMail(VendorHttp http, IOptions<PostmarkOptions> options, IOptions<ServiceMailOptions> mail) : IMailSender
{
    private readonly PostmarkOptions _options = options.Value;

    public async Task<VendorOutcome> SendAsync(OutgoingMail outgoing, CancellationToken cancellationToken)
    {
        if (outgoing.To.Kind != IdentifierKind.Email)
            return new VendorOutcome.Rejected($"Postmark takes e-mail addresses, not a {outgoing.To.Kind} identifier.");

        var call = new VendorCall("Postmark", "POST email", new HttpRequestMessage(HttpMethod.Post, new Uri(_options.BaseAddress, "email"))
        {
            Headers = { { "Accept", "application/json" }, { "X-Postmark-Server-Token", _options.ServerToken } },
            Content = JsonContent.Create(Message(outgoing), PostmarkMailJson.Default.PostmarkMessage),
        })
        {
            Timeout = _options.Timeout,
            ExpectsJson = true,
            SensitiveValues = [_options.ServerToken, .. VendorReason.FormsOf(outgoing.To), outgoing.ToName ?? "", outgoing.SubjectLine],
            CredentialSetting = "OptOut:Postmark:ServerToken",
            ErrorText = body => VendorField.Parse(body)?.Text("Message") ?? "",
        };
        var reply = await http.CallAsync(call, cancellationToken);
        return reply.Failure ?? (reply.Json?.Number("ErrorCode") == 0 ? new VendorOutcome.Confirmed() : call.Unreadable());
    }

    private PostmarkMessage Message(OutgoingMail outgoing) => new(
        MailAddress.Write(mail.Value.From.Name, mail.Value.From.Address),
        MailAddress.Write(outgoing.ToName, outgoing.To.Value),
        outgoing.SubjectLine,
        outgoing.PlainText,
        outgoing.Html,
        _options.MailStream,
        [
            new(OutgoingMail.ReferenceHeader, outgoing.Reference),
            new("Content-Language", outgoing.Language),
            new("Auto-Submitted", OutgoingMail.AutoSubmitted),
        ],
        new(StringComparer.Ordinal) { ["optout_reference"] = outgoing.Reference });
}

/// <param name="Headers">In addition to those that Postmark writes.</param>
/// <param name="Metadata">Returned in webhooks; contains nothing personal.</param>
internal sealed record PostmarkMessage(
    string From,
    string To,
    string Subject,
    string TextBody,
    string HtmlBody,
    string MessageStream,
    IReadOnlyList<PostmarkHeader> Headers,
    Dictionary<string, string> Metadata)
{
    /// <summary>Nobody who opted out is tracked.</summary>
    public bool TrackOpens => false;

    public string TrackLinks => "None";
}

internal sealed record PostmarkHeader(string Name, string Value);

[JsonSerializable(typeof(PostmarkMessage))]
internal sealed partial class PostmarkMailJson : JsonSerializerContext;
