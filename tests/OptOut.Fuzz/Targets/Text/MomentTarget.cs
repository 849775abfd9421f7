using OptOut.Platform.Http;
using OptOut.Vendors.Mailgun;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Moments of other systems: RFC 3339, and the dates of Mailgun's lists.</summary>
internal sealed class MomentTarget : TextTarget
{
    public override string Name => "moment";

    public override int MaxLength => 200;

    public override IReadOnlyList<string> Code => ["OptOut.Platform.Http.Rfc3339", "OptOut.Vendors.Mailgun.MailgunDate"];

    protected override void Run(string text)
    {
        if (Rfc3339.TryParse(text, out var at))
            Require(Rfc3339.TryParse(Rfc3339.Write(at), out var again) && (again - at).Duration() < TimeSpan.FromMilliseconds(1),
                "Written and read, it is another moment.");
        if (MailgunDate.TryParse(text, out var date))
            Require(date > DateTimeOffset.UnixEpoch, "Before 1970.");
    }
}
