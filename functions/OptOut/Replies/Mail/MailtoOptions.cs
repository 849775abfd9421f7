using Microsoft.Extensions.Options;

namespace OptOut.Replies.Mail;

/// <summary>Setting <c>OptOut:Mailto</c>: how mails sent to <c>OptOut:Links:MailtoHost</c> are handled.</summary>
internal sealed class MailtoOptions
{
    /// <summary>
    /// How many mails of which it is not certain who asks for what each instance of the function app may forward to
    /// <c>OptOut:Controller:PrivacyAddress</c> in an hour; mails that machines may have written, at most half of that. Mails above the
    /// limit wait at the mail service, three days at most: a flood of spam must not bury a person's request.
    /// </summary>
    public int NoticesPerHour { get; set; } = 30;
}

internal sealed class MailtoOptionsValidator : IValidateOptions<MailtoOptions>
{
    private const int Max = 1_000;

    public ValidateOptionsResult Validate(string? name, MailtoOptions options) => options.NoticesPerHour is >= 1 and <= Max
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            $"OptOut:Mailto:NoticesPerHour is {options.NoticesPerHour}; give 1 to {Max}: a mail that nobody reads is an opt-out lost.");
}
