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

/// <summary>A part of a list, or why there is none.</summary>
/// <param name="Drop">The list; known on the first page alone.</param>
/// <param name="Next">The cursor of the next part; null after the last.</param>
/// <param name="Unreadable">How many lines were no entry.</param>
internal sealed record ListPage(ListDrop? Drop, IReadOnlyList<ListEntry> Entries, string? Next, int Unreadable, VendorOutcome? Failure = null)
{
    public static ListPage Failed(VendorOutcome failure) => new(null, [], null, 0, failure);
}

/// <summary>
/// Reads the newest list of a party from front to back, part by part, so that a list of millions never stands in memory. The cursor names one version of
/// one file: a list that is replaced meanwhile is not read on, because what was left of it says nothing about the whole.
/// </summary>
internal sealed class ListFiles(ListDrops drops, IOptions<ControllerOptions> controller)
{
    /// <summary>How much of a file is read at once, bytes; a line is shorter.</summary>
    private const int Window = 256 * 1024;

    /// <param name="party">The folder's name.</param>
    /// <param name="options">How the files look.</param>
    /// <param name="channel">Whose contact points they hold.</param>
    /// <param name="cursor">Null for the first part, else <see cref="ListPage.Next"/> of the part before.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<ListPage> PageAsync(string party, ListFileOptions options, Channel channel, string? cursor, CancellationToken cancellationToken)
    {
        try
        {
            if (cursor is not null)
            {
                return Place.TryParse(cursor, out var place)
                    ? await ReadAsync(party, options, channel, place, null, cancellationToken)
                    : ListPage.Failed(new VendorOutcome.Rejected("The cursor is none of a list's; begin the run again."));
            }

            return await drops.NewestAsync(party, options, cancellationToken) is { } drop
                ? await ReadAsync(party, options, channel, new Place(drop.Name, drop.Tag.ToString(), drop.Length, 0), drop, cancellationToken)
                : ListPage.Failed(new VendorOutcome.Rejected($"There is no whole list in vendor-lists/{party}/ yet: drop one there."));
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return ListPage.Failed(new VendorOutcome.Rejected("The list was replaced while it was read; the next run reads the new one."));
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException)
        {
            return ListPage.Failed(new VendorOutcome.Transient(null, $"The storage did not give out the list ({e.GetType().Name})."));
        }
    }

    private async Task<ListPage> ReadAsync(string party, ListFileOptions options, Channel channel, Place place, ListDrop? drop, CancellationToken cancellationToken)
    {
        var bytes = await WindowAsync(party, place, place.Position, cancellationToken);
        var hasHeader = options is { Format: ListFileFormat.Csv, Header: true };
        var lines = new ListLines(bytes, place.Position == 0, place.Position + bytes.Length >= place.Length);
        var header = !hasHeader ? null
            : place.Position == 0 ? Text(options, lines.Next())
            : Text(options, new ListLines(await WindowAsync(party, place, 0, cancellationToken), true, false).Next());
        if (ListColumns.Create(options, Identifier.KindFor(channel), controller.Value.PhoneRegion, hasHeader ? header ?? "" : null, out var problem) is not { } columns)
            return ListPage.Failed(new VendorOutcome.Rejected($"The list {place.Name} cannot be read: {problem}."));

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

        // A line longer than the window is no entry, and is passed over piece by piece.
        var read = lines.Read > 0 || bytes.Length == 0 ? lines.Read : bytes.Length;
        var next = place with { Position = place.Position + read };
        return new ListPage(drop, entries, next.Position < place.Length ? next.ToString() : null, read == lines.Read ? unreadable : unreadable + 1);
    }

    private async Task<byte[]> WindowAsync(string party, Place place, long from, CancellationToken cancellationToken)
    {
        if (from >= place.Length)
            return [];
        var options = new BlobDownloadOptions { Range = new HttpRange(from, Window), Conditions = new BlobRequestConditions { IfMatch = new ETag(place.Tag) } };
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
