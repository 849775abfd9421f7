using System.Text.RegularExpressions;

namespace OptOut.Judge;

/// <summary>Reads what an answer says.</summary>
internal static partial class Answers
{
    private static readonly Answer None = new(Outcome.Unknown, 0);

    /// <summary>An endpoint that only says that it is recorded.</summary>
    public static Answer Plain(Reply? reply) => reply is null
        ? None
        : new Answer(Meaning(reply.Status), reply.Status, RetryAfter: reply.RetryAfter, IsLast: reply.IsLast);

    /// <summary>A page that shows a reference number when something was recorded.</summary>
    public static Answer Page(Reply? reply)
    {
        var answer = Plain(reply);
        if (answer.Outcome != Outcome.Recorded)
            return answer;
        return Find(ReferencePattern(), reply!.Body) is { } reference
            ? answer with { Reference = reference, Seen = Find(SeenPattern(), reply.Body) }
            : answer with { Outcome = Outcome.Unchanged };
    }

    /// <summary>The portal's answer.</summary>
    public static Answer Portal(Reply? reply)
    {
        var answer = Plain(reply);
        if (answer.Outcome != Outcome.Recorded || reply!.Json?["recorded"] is not { } recorded)
            return answer;
        return answer with
        {
            Reference = recorded["reference"]?.GetValue<string>(),
            Outcome = recorded["changed"]?.GetValue<bool>() is false ? Outcome.Unchanged : Outcome.Recorded,
        };
    }

    /// <summary>The agent's answer.</summary>
    public static Answer Agent(Reply? reply)
    {
        var answer = Plain(reply);
        return answer.Outcome == Outcome.Recorded ? answer with { Reference = reply!.Json?["reference"]?.GetValue<string>() } : answer;
    }

    /// <summary>A control of the sandbox, which tells how the webhook that it sent was answered.</summary>
    public static Answer Webhook(Reply? reply)
    {
        if (reply is not { Status: 200, Json: { } told })
            return None;
        var status = (told["eventStatus"] ?? told["webhook"] ?? told["status"] ?? told["callbackStatus"])?.GetValue<int>();
        return status is { } code ? new Answer(Meaning(code), code) : None;
    }

    /// <summary>The state that a page of preferences shows.</summary>
    public static string? Seen(Reply page) => Find(SeenPattern(), page.Body);

    // A page that says that something is limited or wrong has recorded nothing. After a 5xx, nothing was promised, and nothing excluded.
    private static Outcome Meaning(int status) => status switch
    {
        200 or 202 or 303 => Outcome.Recorded,
        // What the person saw is not what stands any more: nothing is recorded.
        412 or 429 => Outcome.Limited,
        >= 400 and < 500 => Outcome.Refused,
        _ => Outcome.Unknown,
    };

    private static string? Find(Regex pattern, string body) =>
        pattern.Match(body) is { Success: true } found ? found.Groups[1].Value : null;

    [GeneratedRegex("<p class=\"reference\">([0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4})</p>")]
    private static partial Regex ReferencePattern();

    [GeneratedRegex("name=\"seen\" value=\"([0-9A-Z]+\\.[0-9]+)\"")]
    private static partial Regex SeenPattern();
}
