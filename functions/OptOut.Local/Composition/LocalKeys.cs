using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Local.Composition;

/// <summary>
/// The secrets of this machine's installation, made at its first start and kept with its data: the links it mailed and the rows it wrote
/// are of no use without them.
/// </summary>
internal sealed record LocalKeys(string LinkSecret, string HashSecret, string DataSecret)
{
    /// <summary>Opens <c>/api</c>, in the header <c>x-functions-key</c>. No secret: everything listens on the loopback alone.</summary>
    public const string FunctionKey = "local";

    /// <summary>Opens <c>/admin</c> too.</summary>
    public const string MasterKey = "local-master";

    private const string FileName = "keys.json";

    /// <exception cref="CannotStartException">The file is there but is not what this program wrote.</exception>
    public static LocalKeys LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var made = new LocalKeys(Secret(), Secret(), Secret());
            var temporary = path + ".new";
            File.WriteAllText(temporary, JsonSerializer.Serialize(made, LocalKeysJson.Default.LocalKeys));
            File.Move(temporary, path);
            return made;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), LocalKeysJson.Default.LocalKeys) ?? throw new JsonException("null");
        }
        catch (JsonException broken)
        {
            throw new CannotStartException($"{path} is damaged. Restore it; or delete the folder {folder} to start anew, which forgets every opt-out in it.", broken);
        }
    }

    private static string Secret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}

[JsonSourceGenerationOptions(WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LocalKeys))]
internal sealed partial class LocalKeysJson : JsonSerializerContext;
