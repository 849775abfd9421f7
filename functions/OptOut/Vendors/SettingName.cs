namespace OptOut.Vendors;

/// <summary>
/// Names in the keys of settings. Azure takes no hyphen in the name of an app setting
/// (https://learn.microsoft.com/azure/app-service/configure-common), so an underscore may stand in its place: <c>OptOut__Registers__do_not_call__Files__Format</c>.
/// No name of ours holds an underscore, and no header should: many servers drop one that does.
/// </summary>
internal static class SettingName
{
    public static string ToName(string key) => key.Replace('_', '-');

    /// <summary>Puts what stands under a key with underscores under its name.</summary>
    public static void ToNames<T>(IDictionary<string, T> byName)
    {
        foreach (var key in byName.Keys.Where(k => k.Contains('_', StringComparison.Ordinal)).ToArray())
        {
            byName.TryAdd(ToName(key), byName[key]);
            byName.Remove(key);
        }
    }
}
