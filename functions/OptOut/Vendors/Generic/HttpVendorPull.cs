using System.Globalization;
using System.Text;
using System.Text.Json;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>Reads the vendor's list: page by page, or as a whole if it is returned as lines.</summary>
internal sealed class HttpVendorPull(string name, HttpVendorOptions options, HttpVendorCalls calls, HttpVendorEntries entries)
{
    /// <summary>All lists in one pull, whichever list an entry is on.</summary>
    public const string Everything = "suppressions";

    // The cursor is stored between pages: it is a position, not a place for data.
    private const int MaxCursor = 500;

    public async Task<VendorPull> PageAsync(DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        var lines = options.PullFormat == HttpVendorFormat.Lines;
        var query = lines
            ? ""
            : $"until={Uri.EscapeDataString(Rfc3339.Write(until))}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
        var reply = await calls.PullAsync(query, cancellationToken);
        if (reply.Failure is { } failure)
            return new VendorPull.Failed(failure);
        var page = new Reading(entries, until);
        return lines ? Lines(reply.Body, page) : Page(reply.Json!.Value, page);
    }

    private VendorPull Page(JsonElement json, Reading page)
    {
        if (json.Items("entries") is not { } items)
            return Unreadable();
        if (!TryNext(json.Field("next"), out var next))
        {
            var most = MaxCursor.ToString(CultureInfo.InvariantCulture);
            return new VendorPull.Failed(new VendorOutcome.Rejected(
                $"{name}'s next is not a valid cursor; it must be null, or 1 to {most} printable ASCII characters without an @, "
                + "which identify a position in the list and no person."));
        }

        foreach (var item in items)
            page.Add(item);
        return page.ToPage(next);
    }

    // A line that is not JSON is one malformed entry. If the first line is not a JSON object, this is not a list.
    private VendorPull Lines(byte[] body, Reading page)
    {
        var rest = body.AsMemory();
        if (rest.Span.StartsWith(Encoding.UTF8.Preamble))
            rest = rest[Encoding.UTF8.Preamble.Length..];
        for (var first = true; !rest.IsEmpty;)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;

            var entry = VendorField.Parse(line);
            if (first && entry is not { ValueKind: JsonValueKind.Object })
                return Unreadable();
            first = false;
            page.Add(entry ?? default);
        }

        return page.ToPage(null);
    }

    private VendorPull.Failed Unreadable() => new(new VendorOutcome.Transient(null, $"{name}'s answer to GET PullUrl could not be read."));

    private static bool TryNext(JsonElement value, out string? next)
    {
        next = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.Text();
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return true;
        return next is { Length: > 0 and <= MaxCursor } && next.All(c => c is > ' ' and <= '~' and not '@');
    }

    private sealed class Reading(HttpVendorEntries entries, DateTimeOffset until)
    {
        private readonly List<VendorEntry> _read = [];
        private readonly HashSet<(string, string)> _known = [];
        private int _unreadable;

        public void Add(JsonElement element)
        {
            // An entry without a time cannot be compared with the person's decisions here, so it is neither recorded nor removed, but
            // reported.
            if (entries.IsOfAnotherKind(element))
                return;
            if (!entries.TryRead(element, Reason(element), out var entry) || entry.At is not { } at)
                _unreadable++;
            else if (at <= until && _known.Add((entry.List, entry.Who.Value)))
                _read.Add(new VendorEntry(entry.Who, entry.List, entry.Kind, entry.Stop, at));
        }

        public VendorPull.Page ToPage(string? next) => new(_read, next, _unreadable);

        // A person who is on the list for any other reason, or without a reason, receives nothing: this counts as an objection until
        // shown otherwise.
        private static VendorEntryKind Reason(JsonElement element) => element.Text("reason") switch
        {
            "complained" => VendorEntryKind.Complaint,
            "bounced" => VendorEntryKind.Undeliverable,
            _ => VendorEntryKind.Unsubscribed,
        };
    }
}
