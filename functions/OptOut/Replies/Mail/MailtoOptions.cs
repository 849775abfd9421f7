using Microsoft.Extensions.Options;

namespace OptOut.Replies.Mail;

/// <summary>Setting <c>OptOut:Mailto</c>: what becomes of mails sent to <c>OptOut:Links:MailtoHost</c>.</summary>
internal sealed class MailtoOptions
{
    /// <summary>
    /// How many mails that nobody can be recognised in may be passed on to <c>OptOut:Controller:PrivacyAddress</c> in an hour, by each instance of
    /// the function app. Above it they wait at the mail service, three days at most: a flood of spam must not bury what a person asks.
    /// </summary>
    public int NoticesPerHour { get; set; } = 30;
}

internal sealed class MailtoOptionsValidator : IValidateOptions<MailtoOptions>
{
    private const int Max = 1_000;

    public ValidateOptionsResult Validate(string? name, MailtoOptions options) => options.NoticesPerHour is >= 1 and <= Max
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"OptOut:Mailto:NoticesPerHour is {options.NoticesPerHour}; give 1 to {Max}: a mail that nobody reads is an opt-out lost.");
}
