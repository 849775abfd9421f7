using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace OptOut.Local.Hosting;

/// <summary>Who may call what: the key of a request, in the header x-functions-key or the query's code, against the level a function asks.</summary>
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

        // Hashes, so that neither the content nor the length of a key shows in the time it takes; and no short cut between the two.
        var hash = Hash(given);
        var isMaster = CryptographicOperations.FixedTimeEquals(hash, _master);
        var isFunction = CryptographicOperations.FixedTimeEquals(hash, _function);
        return isMaster | (isFunction & level == AuthorizationLevel.Function);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
