using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records;

/// <summary>The <c>profile~</c> row of a subject: encrypted identifiers, and the language as plain text.</summary>
internal sealed class ProfileStore(StorageAccount storage, IdentifierProtector protector)
{
    // A property of 64 KiB has room for a hundred identifiers of the longest kind, encrypted and in base64.
    internal const int MaxIdentifiers = 100;

    public async Task<Profile> LoadAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        (await FindAsync(subject, cancellationToken)).Profile;

    /// <summary>Replaces the current contact points and keeps the earlier ones.</summary>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="TooManyIdentifiersException">The subject would have more than 100 identifiers.</exception>
    public async Task<bool> SaveAsync(
        SubjectKey subject, IReadOnlyCollection<Identifier> current, string? language, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (known, etag) = await FindAsync(subject, cancellationToken);
            var profile = known.With(current, language);
            if (etag is not null && Same(known, profile))
                return false;
            if (profile.Identifiers.Count > MaxIdentifiers)
                throw new TooManyIdentifiersException(profile.Identifiers.Count, MaxIdentifiers);

            var row = new TableEntity(subject.ToString(), RowKey(subject))
            {
                ["Identifiers"] = protector.Encrypt(
                    JsonSerializer.Serialize(
                        [.. profile.Identifiers.Select(i => new StoredIdentifier(i.Kind, i.Value, profile.Current.Contains(i)))],
                        ProfileJson.Default.StoredIdentifierArray),
                    RowKey(subject)),
                ["Language"] = profile.Language,
            };
            try
            {
                if (etag is { } seen)
                    await storage.Consent.UpdateEntityAsync(row, seen, TableUpdateMode.Replace, cancellationToken);
                else
                    await storage.Consent.AddEntityAsync(row, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another writer was faster: merge with its row.
            }
        }
    }

    private static bool Same(Profile a, Profile b) =>
        a.Identifiers.SequenceEqual(b.Identifiers) && a.Current.SequenceEqual(b.Current) && a.Language == b.Language;

    private static string RowKey(SubjectKey subject) => $"profile~{subject}";

    private async Task<(Profile Profile, ETag? Tag)> FindAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), RowKey(subject), cancellationToken: cancellationToken);
        if (!row.HasValue)
            return (Profile.Empty, null);

        var stored = JsonSerializer.Deserialize(
            protector.Decrypt(row.Value!.GetString("Identifiers"), RowKey(subject)), ProfileJson.Default.StoredIdentifierArray)!;
        return (
            new Profile(
                [.. stored.Select(s => new Identifier(s.Kind, s.Value))],
                [.. stored.Where(s => s.Current).Select(s => new Identifier(s.Kind, s.Value))],
                row.Value!.GetString("Language")),
            row.Value!.ETag);
    }
}

/// <summary>Thrown when a subject would have more contact points than one person can have.</summary>
internal sealed class TooManyIdentifiersException(int count, int most)
    : InvalidOperationException(
        $"A subject can have at most {most} identifiers in total, and this would make "
            + $"{count}: check that the customer number belongs to one person.");

internal sealed record StoredIdentifier(IdentifierKind Kind, string Value, bool Current);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredIdentifier[]))]
internal sealed partial class ProfileJson : JsonSerializerContext;
