using OptOut.Company;

namespace OptOut.Replies.Sms;

/// <summary>What a person requests by SMS.</summary>
internal enum SmsIntent
{
    /// <summary>Nothing that concerns us.</summary>
    None,

    Stop,

    Start,

    Help,
}

/// <param name="Language">The language of the words; null when several languages share them, as with STOP.</param>
internal readonly record struct SmsMeaning(SmsIntent Intent, Language? Language = null);
