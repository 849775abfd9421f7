namespace OptOut.Vendors;

/// <summary>
/// Names in setting keys. Azure does not allow a hyphen in the name of an app setting
/// (https://learn.microsoft.com/azure/app-service/configure-common), so an underscore may be used instead:
/// <c>OptOut__Registers__do_not_call__Files__Format</c>. None of our names contains an underscore, and no header should: many servers
/// drop headers that do.
/// </summary>
internal static class SettingName
{
    public static string FromKey(string key) => key.Replace('_', '-');

    /// <summary>Moves each value whose key contains underscores to the key with hyphens.</summary>
    public static void NormalizeKeys<T>(IDictionary<string, T> byName)
    {
        foreach (var key in byName.Keys.Where(k => k.Contains('_', StringComparison.Ordinal)).ToArray())
        {
            byName.TryAdd(FromKey(key), byName[key]);
            byName.Remove(key);
        }
    }
}
