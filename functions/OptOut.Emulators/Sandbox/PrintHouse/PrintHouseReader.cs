using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace OptOut.Emulators.Sandbox.PrintHouse;

/// <summary>
/// Reads the suppression files as a print house does: the manifest, the file it names (after verifying its digest), then the deltas.
/// </summary>
internal sealed class PrintHouseReader(BlobContainerClient container)
{
    /// <returns>By contact point: what is stopped; <c>-</c> if nothing is stopped any more.</returns>
    public IReadOnlyDictionary<string, string> Read(string vendor)
    {
        var stopped = new SortedDictionary<string, (string Stopped, DateTimeOffset Since)>(StringComparer.Ordinal);
        try
        {
            if (Download($"{vendor}/manifest.json") is { } manifest)
                Full(JsonNode.Parse(manifest.ToArray())!, stopped);
            foreach (var delta in container.GetBlobs(BlobTraits.None, BlobStates.None, $"{vendor}/deltas/", CancellationToken.None))
            {
                if (Download(delta.Name) is { } line)
                    Add(line.ToString(), stopped);
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // No file has been written yet.
        }

        return new SortedDictionary<string, string>(stopped.ToDictionary(s => s.Key, s => s.Value.Stopped), StringComparer.Ordinal);
    }

    private void Full(JsonNode manifest, SortedDictionary<string, (string Stopped, DateTimeOffset Since)> stopped)
    {
        var file = manifest["files"]!.AsArray().Single(f => f!["format"]!.GetValue<string>() == "ndjson")!;
        var bytes = Download(file["name"]!.GetValue<string>())
            ?? throw new InvalidDataException("The manifest names a file that does not exist.");
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != file["sha256"]!.GetValue<string>()
            || bytes.ToMemory().Length != file["bytes"]!.GetValue<long>())
        {
            throw new InvalidDataException("The file is not the one that the manifest describes.");
        }

        var before = stopped.Count;
        foreach (var line in bytes.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            Add(line, stopped);
        if (stopped.Count - before != manifest["entries"]!.GetValue<int>())
            throw new InvalidDataException("The number of entries in the file differs from the manifest.");
    }

    // A delta that is older than the known line does not override it.
    private static void Add(string line, SortedDictionary<string, (string Stopped, DateTimeOffset Since)> stopped)
    {
        var entry = JsonNode.Parse(line)!;
        var (who, since) = (entry["identifier"]!.GetValue<string>(), entry["since"]?.GetValue<DateTimeOffset>() ?? default);
        if (!stopped.TryGetValue(who, out var known) || since >= known.Since)
            stopped[who] = (entry["stopped"]!.GetValue<string>(), since);
    }

    private BinaryData? Download(string name)
    {
        try
        {
            return container.GetBlobClient(name).DownloadContent().Value.Content;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }
}
