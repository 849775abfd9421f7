using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>A number that a sender may not write to.</summary>
/// <param name="By"><c>api</c> or, where the person wrote STOP, <c>keyword</c>.</param>
internal sealed record TwilioBlock(string Contact, string Sender, string By, DateTimeOffset At);

/// <summary>An SMS that left, or did not.</summary>
/// <param name="Error">The code it failed with; null when it was delivered.</param>
internal sealed record TwilioMessage(string Sid, string From, string To, string Body, int? Error, DateTimeOffset At);

/// <summary>What the sandbox's Twilio holds, as it is written to its file.</summary>
internal sealed record TwilioState
{
    public List<TwilioBlock> Blocks { get; init; } = [];

    /// <summary>Answers to SMSs and SMSs sent, the oldest first.</summary>
    public List<TwilioMessage> Messages { get; init; } = [];
}

[JsonSerializable(typeof(TwilioState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class TwilioStateJson : JsonSerializerContext;
