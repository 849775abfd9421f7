using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records;

/// <summary>The contact points of a subject in its row, encrypted, and the language as plain text.</summary>
internal sealed class ProfileStore(SubjectRows rows, IdentifierProtector protector)
{
    internal const int MaxIdentifiers = 100;

    public async Task<Profile> LoadAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        (await rows.LoadAsync(subject, cancellationToken)).Profile;

    /// <summary>Replaces the current contact points and keeps the earlier ones.</summary>
    /// <returns>The profile as it is now.</returns>
    /// <exception cref="TooManyIdentifiersException">The subject would have more than 100 identifiers.</exception>
    public async Task<Profile> SaveAsync(
        SubjectKey subject, IReadOnlyCollection<Identifier> current, string? language, CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = await rows.LoadAsync(subject, cancellationToken);
            var profile = known.Profile.With(current, language);
            if (Same(known.Profile, profile))
                return profile;
            if (profile.Identifiers.Count > MaxIdentifiers)
                throw new TooManyIdentifiersException(profile.Identifiers.Count, MaxIdentifiers);
            if (await rows.TryMergeAsync(known, ProfileRow.Write(subject, profile, protector), cancellationToken) is not null)
                return profile;
        }
    }

    private static bool Same(Profile a, Profile b) =>
        a.Identifiers.SequenceEqual(b.Identifiers) && a.Current.SequenceEqual(b.Current) && a.Language == b.Language;
}

/// <summary>Thrown when a subject would have more contact points than one person can have.</summary>
internal sealed class TooManyIdentifiersException(int count, int most)
    : InvalidOperationException(
        $"A subject can have at most {most} identifiers in total, and this would make "
            + $"{count}: check that the customer number belongs to one person.");

/// <summary>The properties of a subject's row that hold its profile.</summary>
internal static class ProfileRow
{
    private const string Identifiers = "Identifiers", Language = "Language";

    public static TableEntity Write(SubjectKey subject, Profile profile, IdentifierProtector protector)
    {
        var row = new TableEntity(subject.ToString(), SubjectRow.Key(subject));
        var json = JsonSerializer.Serialize(
            [.. profile.Identifiers.Select(i => new StoredIdentifier(i.Kind, i.Value, profile.Current.Contains(i)))],
            ProfileJson.Default.StoredIdentifierArray);
        LongText.Write(row, Identifiers, protector.Encrypt(json, Context(subject)));
        if (profile.Language is not null)
            row[Language] = profile.Language;
        return row;
    }

    public static Profile Read(SubjectKey subject, TableEntity row, IdentifierProtector protector)
    {
        if (LongText.Read(row, Identifiers) is not { Length: > 0 } text)
            return Profile.Empty;
        var stored = JsonSerializer.Deserialize(protector.Decrypt(text, Context(subject)), ProfileJson.Default.StoredIdentifierArray)!;
        return new Profile(
            [.. stored.Select(s => new Identifier(s.Kind, s.Value))],
            [.. stored.Where(s => s.Current).Select(s => new Identifier(s.Kind, s.Value))],
            row.GetString(Language));
    }

    // Ties the ciphertext to its subject.
    private static string Context(SubjectKey subject) => $"profile~{subject}";
}

internal sealed record StoredIdentifier(IdentifierKind Kind, string Value, bool Current);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredIdentifier[]))]
internal sealed partial class ProfileJson : JsonSerializerContext;
