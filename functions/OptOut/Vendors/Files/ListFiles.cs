using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Vendors.Files;

/// <summary>One part of a list, or the reason why there is none.</summary>
/// <param name="Drop">The list; set on the first part only.</param>
/// <param name="Next">The cursor of the next part; null after the last part.</param>
/// <param name="Unreadable">The number of lines that could not be read as an entry.</param>
internal sealed record ListPage(
    ListDrop? Drop, IReadOnlyList<ListEntry> Entries, string? Next, int Unreadable, VendorOutcome? Failure = null)
{
    public static ListPage Failed(VendorOutcome failure) => new(null, [], null, 0, failure);
}

/// <summary>
/// Reads a party's newest list from start to end, in parts, so that a list with millions of entries is never in memory as a whole. The
/// cursor identifies one version of one file: if the list is replaced in the meantime, reading stops, because the rest of the new file
/// says nothing about the old list as a whole.
/// </summary>
internal sealed class ListFiles(ListDrops drops, IOptions<ControllerOptions> controller)
{
    /// <summary>The number of bytes read at a time. A line must be shorter.</summary>
    private const int Window = 256 * 1024;

    /// <param name="party">The name of the folder.</param>
    /// <param name="options">The format of the files.</param>
    /// <param name="channel">The channel whose contact points they contain.</param>
    /// <param name="cursor">Null for the first part; otherwise <see cref="ListPage.Next"/> of the previous part.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async Task<ListPage> PageAsync(
        string party, ListFileOptions options, Channel channel, string? cursor, CancellationToken cancellationToken)
    {
        try
        {
            if (cursor is not null)
            {
                return Place.TryParse(cursor, out var place)
                    ? await ReadAsync(party, options, channel, place, null, cancellationToken)
                    : ListPage.Failed(new VendorOutcome.Rejected("The cursor does not belong to a list; start the run again."));
            }

            return await drops.NewestAsync(party, options, cancellationToken) is { } drop
                ? await ReadAsync(
                    party, options, channel, new Place(drop.Name, drop.Tag.ToString(), drop.Length, 0), drop, cancellationToken)
                : ListPage.Failed(new VendorOutcome.Rejected($"There is no complete list in vendor-lists/{party}/ yet: drop one there."));
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return ListPage.Failed(
                new VendorOutcome.Rejected("The list was replaced while it was being read; the next run reads the new one."));
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException)
        {
            return ListPage.Failed(new VendorOutcome.Transient(null, $"The storage did not return the list ({e.GetType().Name})."));
        }
    }

    private async Task<ListPage> ReadAsync(
        string party, ListFileOptions options, Channel channel, Place place, ListDrop? drop, CancellationToken cancellationToken)
    {
        var bytes = await WindowAsync(party, place, place.Position, cancellationToken);
        var hasHeader = options is { Format: ListFileFormat.Csv, Header: true };
        var lines = new ListLines(bytes, place.Position == 0, place.Position + bytes.Length >= place.Length);
        var header = !hasHeader ? null
            : place.Position == 0 ? Text(options, lines.Next())
            : Text(options, new ListLines(await WindowAsync(party, place, 0, cancellationToken), true, false).Next());
        if (ListColumns.Create(
                options, Identifier.KindFor(channel), controller.Value.PhoneRegion, hasHeader ? header ?? "" : null, out var problem)
            is not { } columns)
        {
            return ListPage.Failed(new VendorOutcome.Rejected($"The list {place.Name} cannot be read: {problem}."));
        }

        var entries = new List<ListEntry>();
        var unreadable = 0;
        while (lines.Next() is { } line)
        {
            if (line.Length == 0)
                continue;
            if (Text(options, line) is { } text && columns.TryRead(text, out var entry))
                entries.Add(entry!);
            else
                unreadable++;
        }

        // A line longer than the window is not an entry, and is skipped window by window.
        var read = lines.Read > 0 || bytes.Length == 0 ? lines.Read : bytes.Length;
        var next = place with { Position = place.Position + read };
        return new ListPage(
            drop, entries, next.Position < place.Length ? next.ToString() : null, read == lines.Read ? unreadable : unreadable + 1);
    }

    private async Task<byte[]> WindowAsync(string party, Place place, long from, CancellationToken cancellationToken)
    {
        if (from >= place.Length)
            return [];
        var options = new BlobDownloadOptions
        {
            Range = new HttpRange(from, Window),
            Conditions = new BlobRequestConditions { IfMatch = new ETag(place.Tag) },
        };
        return (await drops.Blob(party, place.Name).DownloadContentAsync(options, cancellationToken)).Value.Content.ToArray();
    }

    private static string? Text(ListFileOptions options, ReadOnlyMemory<byte>? line)
    {
        try
        {
            return line is { } bytes ? options.TextEncoding.GetString(bytes.Span) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private sealed record Place(string Name, string Tag, long Length, long Position)
    {
        public static bool TryParse(string cursor, out Place place)
        {
            place = new Place("", "", 0, 0);
            if (cursor.Split('|', 4) is not [var position, var length, var tag, var name]
                || !long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var all))
                return false;
            place = new Place(name, tag, all, at);
            return true;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Position}|{Length}|{Tag}|{Name}");
    }
}
