using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace OptOut.Local.Hosting;

/// <summary>
/// Checks the key of a request, in the header x-functions-key or the query parameter code, against the level that a function requires.
/// </summary>
internal sealed class FunctionKeys(string masterKey, string functionKey)
{
    private readonly byte[] _master = Hash(masterKey);
    private readonly byte[] _function = Hash(functionKey);

    public bool Allows(HttpRequest request, AuthorizationLevel level)
    {
        if (level == AuthorizationLevel.Anonymous)
            return true;
        var given = request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault();
        if (string.IsNullOrEmpty(given))
            return false;

        // Compares hashes, so that the time reveals neither the content nor the length of a key. Both comparisons always run.
        var hash = Hash(given);
        var isMaster = CryptographicOperations.FixedTimeEquals(hash, _master);
        var isFunction = CryptographicOperations.FixedTimeEquals(hash, _function);
        return isMaster | (isFunction & level == AuthorizationLevel.Function);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
