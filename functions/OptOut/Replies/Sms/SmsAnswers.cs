using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Platform.Limits;

namespace OptOut.Replies.Sms;

/// <summary>
/// The replies that are sent by SMS: the controller's name and one piece of information, in one segment if the name is short enough.
/// </summary>
internal sealed class SmsAnswers(
    IOptions<ControllerOptions> controller, IOptions<LinkOptions> links, IdentifierProtector protector, TimeProvider time)
{
    /// <summary>The septets in one segment (3GPP TS 23.038).</summary>
    public const int Segment = 160;

    // Two machines that answer each other would never stop. A person never needs more.
    private const int Burst = 3;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly Allowances _given = new();

    /// <summary>Counts a reply to a number: three at once, then one every twenty minutes.</summary>
    public bool MayAnswer(Identifier who) =>
        _given.TryTake((ulong)protector.Hash(who).Value, time.GetUtcNow(), Window / Burst, Window, take: true, out _);

    public string Stopped(Scope scope, Language? language) =>
        Write(language, scope.Channel is null ? "smsreplies.stopped" : "smsreplies.stopped.sms");

    public string Started(Language? language) => Write(language, "smsreplies.started");

    /// <summary>How to stop, and where to choose; also where to write, if that fits in the segment.</summary>
    public string Help(Language? language)
    {
        var words = Words(language);
        var address = $"{links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/')}/unsubscribe";
        var help = Fold(words.Format("smsreplies.help", controller.Value.Name, address));
        var withContact = $"{help} . {Fold(words.Format("smsreplies.write", controller.Value.PrivacyAddress))}";
        return Gsm7.Septets(withContact) <= Segment ? withContact : help;
    }

    private string Write(Language? language, string key) => Fold(Words(language).Format(key, controller.Value.Name));

    private Language Words(Language? language) => language ?? controller.Value.Language;

    // With one letter outside the alphabet, a segment has 70 characters instead of 160.
    private static string Fold(string text) => Gsm7.Fold(text);
}
