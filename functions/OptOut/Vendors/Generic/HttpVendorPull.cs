using System.Text;
using System.Text.Json;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>Reads the vendor's list: page by page, or whole where it comes as lines.</summary>
internal sealed class HttpVendorPull(string name, HttpVendorOptions options, HttpVendorCalls calls, HttpVendorEntries entries)
{
    /// <summary>Everything in one pull, whatever list an entry is on.</summary>
    public const string Everything = "suppressions";

    // It is stored between pages: a position, not a place for data.
    private const int MaxCursor = 500;

    public async Task<VendorPull> PageAsync(DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        var lines = options.PullFormat == HttpVendorFormat.Lines;
        var query = lines ? "" : $"until={Uri.EscapeDataString(Rfc3339.Write(until))}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
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
            return new VendorPull.Failed(new VendorOutcome.Rejected(FormattableString.Invariant(
                $"{name}'s next is no cursor; it must be null or 1 to {MaxCursor} printable ASCII characters without an @, which name a place in the list and nobody.")));
        }

        foreach (var item in items)
            page.Add(item);
        return page.ToPage(next);
    }

    // A line that is no JSON is one bad entry; when the first is none, this is no list.
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
            // An entry without a moment cannot be weighed against what the person said here: neither recorded nor removed, but shown.
            if (entries.IsOfAnotherKind(element))
                return;
            if (!entries.TryRead(element, Reason(element), out var entry) || entry.At is not { } at)
                _unreadable++;
            else if (at <= until && _known.Add((entry.List, entry.Who.Value)))
                _read.Add(new VendorEntry(entry.Who, entry.List, entry.Kind, entry.Stop, at));
        }

        public VendorPull.Page ToPage(string? next) => new(_read, next, _unreadable);

        // Whoever stands there for any other reason, or for none that is given, is not sent anything: an objection until somebody shows otherwise.
        private static VendorEntryKind Reason(JsonElement element) => element.Text("reason") switch
        {
            "complained" => VendorEntryKind.Complaint,
            "bounced" => VendorEntryKind.Undeliverable,
            _ => VendorEntryKind.Unsubscribed,
        };
    }
}
