using System.Text.Json.Serialization;

namespace OptOut.Emulators.Sandbox.Twilio;

/// <summary>A contact that a sender may not message.</summary>
/// <param name="By"><c>api</c>, or <c>keyword</c> if the person wrote STOP.</param>
internal sealed record TwilioBlock(string Contact, string Sender, string By, DateTimeOffset At);

/// <summary>An SMS that was delivered or failed.</summary>
/// <param name="Error">The error code it failed with; null if it was delivered.</param>
internal sealed record TwilioMessage(string Sid, string From, string To, string Body, int? Error, DateTimeOffset At);

/// <summary>What the sandbox's Twilio contains, in the form written to its file.</summary>
internal sealed record TwilioState
{
    public List<TwilioBlock> Blocks { get; init; } = [];

    /// <summary>Replies and sent SMSs, the oldest first.</summary>
    public List<TwilioMessage> Messages { get; init; } = [];
}

[JsonSerializable(typeof(TwilioState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class TwilioStateJson : JsonSerializerContext;
