using OptOut.Replies.Sms;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// The keywords that Twilio itself acts on and answers. With Advanced Opt-Out these are the configured ones, reported as
/// <c>OptOutType</c>. Without it, they are Twilio's own English words, if they are the whole message; these are not reported
/// (https://help.twilio.com/articles/223134027, https://help.twilio.com/articles/31560110671259). Here "yes" is a START: Twilio has
/// lifted its block and told the person so.
/// </summary>
internal static class TwilioKeywords
{
    /// <returns>Null if Twilio did nothing.</returns>
    public static SmsIntent? Read(TwilioRequest request, bool answersKeywords) =>
        (request["OptOutType"].ToUpperInvariant(), answersKeywords) switch
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
