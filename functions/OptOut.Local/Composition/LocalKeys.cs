using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Local.Composition;

/// <summary>
/// The secrets of this machine's installation, generated at its first start and stored with its data: without them, the links it mailed and
/// the rows it wrote are useless.
/// </summary>
internal sealed record LocalKeys(string LinkSecret, string HashSecret, string DataSecret)
{
    /// <summary>
    /// The key for <c>/api</c>, sent in the header <c>x-functions-key</c>. Not a secret: everything listens on the loopback address only.
    /// </summary>
    public const string FunctionKey = "local";

    /// <summary>The key for <c>/admin</c> and <c>/api</c>.</summary>
    public const string MasterKey = "local-master";

    private const string FileName = "keys.json";

    /// <exception cref="CannotStartException">The file exists but this program did not write it, or it is damaged.</exception>
    public static LocalKeys LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var created = new LocalKeys(Secret(), Secret(), Secret());
            var temporary = path + ".new";
            File.WriteAllText(temporary, JsonSerializer.Serialize(created, LocalKeysJson.Default.LocalKeys));
            File.Move(temporary, path);
            return created;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), LocalKeysJson.Default.LocalKeys) ?? throw new JsonException("null");
        }
        catch (JsonException broken)
        {
            throw new CannotStartException(
                $"{path} is damaged. Restore it; or delete the folder {folder} to start over, which loses every opt-out in it.", broken);
        }
    }

    private static string Secret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}

[JsonSourceGenerationOptions(WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LocalKeys))]
internal sealed partial class LocalKeysJson : JsonSerializerContext;
