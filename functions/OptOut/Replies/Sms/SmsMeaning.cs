using OptOut.Company;

namespace OptOut.Replies.Sms;

/// <summary>What a person asks by SMS.</summary>
internal enum SmsIntent
{
    /// <summary>Nothing that is our business.</summary>
    None,

    Stop,

    Start,

    Help,
}

/// <param name="Language">Of the words; null where they belong to several, as STOP does.</param>
internal readonly record struct SmsMeaning(SmsIntent Intent, Language? Language = null);
