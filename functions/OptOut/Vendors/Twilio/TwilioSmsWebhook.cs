using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform.Http;
using OptOut.Replies.Sms;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// <c>POST /webhooks/twilio/sms</c>: an SMS that somebody sent to one of our numbers
/// (https://www.twilio.com/docs/messaging/guides/webhook-request), answered in TwiML. Twilio gives up after 15 seconds. It retries after
/// a 5xx only if the configured webhook URL requests that (<c>#rc=5&amp;rp=5xx,ct,rt</c>,
/// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides), and then once at the fallback URL.
/// </summary>
internal sealed partial class TwilioSmsWebhook(
    TwilioRequestReader reader,
    SmsReplyIntake intake,
    SignalIntake signals,
    SmsAnswers answers,
    IOptions<TwilioOptions> options,
    TimeProvider time,
    ILogger<TwilioSmsWebhook> logger)
    : IVendorWebhook
{
    private readonly Scope _stops = options.Value.ReplyStops == SmsStop.Sms ? new Scope(Channel.Sms, null) : Scope.Everything;

    public string Path => "twilio/sms";

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow(); // Twilio does not report when the SMS was sent.
        if (!TwilioRequestReader.MayBeSigned(request))
            return Results.Unauthorized();
        var (body, problem) = await RawBody.ReadAsync(request, TwilioRequestReader.MaxBytes, cancellationToken);
        if (problem is not null)
            return problem;
        return reader.Read(request, Path, body) is { } sms ? await AnswerAsync(sms, at, cancellationToken) : Results.Unauthorized();
    }

    private async Task<IResult> AnswerAsync(TwilioRequest sms, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var byTwilio = TwilioKeywords.Read(sms, options.Value.AnswersKeywords);
        var meaning = byTwilio is { } intent ? SmsReader.Read(sms["Body"]) with { Intent = intent } : SmsReader.Read(sms["Body"]);
        var sender = TwilioAddress.Read(sms["From"]);
        if (sender.Number is not { } from || options.Value.Senders.Contains(from.Value) || sms["From"] == sms["To"])
        {
            // A short code, a name or one of our own numbers: nobody who could be stopped.
            LogNobody(meaning.Intent);
            await signals.RecordAsync("twilio", Unattributed(sender, meaning.Intent), cancellationToken);
            return Twiml(null);
        }

        // Without an id, a replay cannot be distinguished from a second SMS: a Stop is still recorded, a Start is not.
        var id = sms.MessageSid is { Length: > 0 } sid ? sid : EventIds.New(at).ToString("N");
        var reply = new SmsReply(id, from, at, "twilio");
        var result = meaning.Intent switch
        {
            SmsIntent.Stop => await intake.StopAsync(reply, _stops),

            // A message over WhatsApp or RCS proves the number as well, so it can stop; but a START there is not about SMS.
            SmsIntent.Start when sender.Channel is null && sms.MessageSid.Length > 0 => await intake.StartAsync(reply, cancellationToken),
            _ => SmsResult.NothingToStart,
        };

        // Twilio has lifted its own block. If a Stop of ours still applies, it is pushed to Twilio again.
        var lifted = byTwilio == SmsIntent.Start && result is not (SmsResult.Started or SmsResult.NotRecorded);
        if (result == SmsResult.NotRecorded
            || (lifted && !await signals.RecordAsync("twilio", new VendorSignals { Resubscribed = [from] }, cancellationToken)))
        {
            return ApiProblems.RetryLater("The SMS could not be saved.");
        }

        if (meaning.Intent == SmsIntent.None)
        {
            LogOther();
            await signals.RecordAsync("twilio", new VendorSignals { Ignored = 1 }, cancellationToken);
        }

        // Twilio has already answered the keywords that it acted on; a person who gets two answers trusts neither.
        return byTwilio is null && ShouldAnswer(meaning.Intent, result) && answers.MayAnswer(from)
            ? await WriteAsync(meaning, result, from, cancellationToken)
            : Twiml(null);
    }

    private static bool ShouldAnswer(SmsIntent intent, SmsResult result) => intent switch
    {
        SmsIntent.None => false,
        SmsIntent.Start => result != SmsResult.NothingToStart,
        _ => true,
    };

    private async Task<IResult> WriteAsync(SmsMeaning meaning, SmsResult result, Identifier from, CancellationToken cancellationToken)
    {
        var language = await intake.LanguageAsync(from, cancellationToken) ?? meaning.Language;
        return Twiml(result switch
        {
            SmsResult.Stopped => answers.Stopped(_stops, language),
            SmsResult.Started => answers.Started(language),
            _ => answers.Help(language),
        });
    }

    // A person may be behind a name on another channel, and an order counts from anybody: somebody must look into those. Our
    // own numbers, and short codes that advertise, say nothing.
    private static VendorSignals Unattributed(TwilioAddress sender, SmsIntent intent) =>
        sender.Number is null && (sender.Channel is not null || intent == SmsIntent.Stop)
            ? new VendorSignals { Unreadable = 1 }
            : new VendorSignals { Ignored = 1 };

    // https://www.twilio.com/docs/messaging/twiml
    private static IResult Twiml(string? message) =>
        Results.Text(
            """<?xml version="1.0" encoding="UTF-8"?>"""
            + new XElement("Response", message is null ? null : new XElement("Message", message)).ToString(SaveOptions.DisableFormatting),
            "text/xml",
            Encoding.UTF8);

    [LoggerMessage(LogLevel.Information, "An SMS contains no request that is handled here; it is left to the people who read incoming SMS")]
    private partial void LogOther();

    [LoggerMessage(LogLevel.Warning, "An SMS came from a sender that is not a person's phone number ({Intent}): nothing is recorded")]
    private partial void LogNobody(SmsIntent intent);
}
