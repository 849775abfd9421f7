using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Identity;

namespace OptOut.Records.Backup;

/// <param name="Name">The blob, without the folder of the backup.</param>
/// <param name="Sha256">Of the blob as it is stored: 64 lower-case hex digits.</param>
internal sealed record BackupPart(string Name, long Rows, string Sha256);

internal sealed record BackupTable(string Name, long Rows, IReadOnlyList<BackupPart> Parts);

/// <summary>What a backup consists of. It is written last: without it there is no backup.</summary>
internal sealed record BackupManifest
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required DateTimeOffset Began { get; init; }

    public required DateTimeOffset Ended { get; init; }

    /// <summary>A keyed hash of a fixed text: with another <c>OptOut:Data:HashSecret</c> it differs, and no row could be found.</summary>
    public required string HashSecretCheck { get; init; }

    /// <summary>Subjects whose ledger did not end where their state says, however often they were read.</summary>
    public required int Torn { get; init; }

    public required IReadOnlyList<BackupTable> Tables { get; init; }

    /// <summary>
    /// Whether the table <c>consent</c> has lost more than a tenth of its rows since another backup. No ledger ever gets shorter.
    /// </summary>
    public bool HasShrunkSince(BackupManifest? before) =>
        before is not null && RowsOf(BackupSet.Consent) < 0.9 * before.RowsOf(BackupSet.Consent);

    public long RowsOf(string table) => Tables.FirstOrDefault(t => t.Name == table)?.Rows ?? 0;

    public string ToJson() => JsonSerializer.Serialize(this, BackupManifestJson.Default.BackupManifest);

    /// <exception cref="RestoreRefusedException">A newer version wrote it, or it is not a manifest.</exception>
    public static BackupManifest FromJson(string backup, string json)
    {
        try
        {
            using (var document = JsonDocument.Parse(json))
            {
                if (document.RootElement.GetProperty("format").GetInt32() is var format and not CurrentFormat)
                {
                    throw new RestoreRefusedException(
                        $"The backup {backup} has format {format}, and this version reads format {CurrentFormat}: restore it with "
                            + "the version that wrote it.");
                }
            }

            return JsonSerializer.Deserialize(json, BackupManifestJson.Default.BackupManifest) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RestoreRefusedException(
                $"The manifest of the backup {backup} cannot be read: it was altered. Choose another backup.", e);
        }
    }

    public static string CheckOf(IdentifierProtector protector) => protector.SubjectOf("the check of a backup").ToString();
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupManifestJson : JsonSerializerContext;

/// <summary>Thrown before anything was written, unless the message says otherwise. It says what is wrong and what to do.</summary>
internal sealed class RestoreRefusedException(string message, Exception? cause = null) : Exception(message, cause);
