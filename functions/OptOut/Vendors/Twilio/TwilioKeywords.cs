using OptOut.Replies.Sms;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// What Twilio itself acts on and answers: with Advanced Opt-Out whatever is configured there, told as <c>OptOutType</c>; without it its own English
/// words, told by nothing, where they are the whole message (https://help.twilio.com/articles/223134027,
/// https://help.twilio.com/articles/31560110671259). Here "yes" is a start: Twilio has lifted its block and said so to the person.
/// </summary>
internal static class TwilioKeywords
{
    /// <returns>Null where Twilio did nothing.</returns>
    public static SmsIntent? Read(TwilioRequest request, bool answersKeywords) => (request["OptOutType"].ToUpperInvariant(), answersKeywords) switch
    {
        ("STOP", _) => SmsIntent.Stop,
        ("START", _) => SmsIntent.Start,
        ("HELP", _) => SmsIntent.Help,
        (_, true) => request["Body"].Trim().ToUpperInvariant() switch
        {
            "STOP" or "STOPALL" or "UNSUBSCRIBE" or "CANCEL" or "END" or "QUIT" or "OPTOUT" or "REVOKE" => SmsIntent.Stop,
            "START" or "YES" or "UNSTOP" => SmsIntent.Start,
            "HELP" or "INFO" => SmsIntent.Help,
            _ => null,
        },
        _ => null,
    };
}
