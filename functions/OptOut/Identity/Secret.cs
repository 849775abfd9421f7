namespace OptOut.Identity;

/// <summary>A secret in a setting: base64, at least 32 bytes.</summary>
internal static class Secret
{
    private const int MinBytes = 32;

    public static byte[] Decode(string base64) => Convert.FromBase64String(base64);

    /// <returns>Null if the secret is usable; otherwise what is wrong and the fix, without the secret itself.</returns>
    public static string? FindProblem(string setting, string? base64)
    {
        if (string.IsNullOrWhiteSpace(base64))
            return $"{setting} is empty; give {MinBytes} random bytes in base64, as from 'openssl rand -base64 {MinBytes}'.";
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            return $"{setting} is not base64; give {MinBytes} random bytes, as from 'openssl rand -base64 {MinBytes}'.";
        return length < MinBytes
            ? $"{setting} has {length} bytes; give at least {MinBytes}, as from 'openssl rand -base64 {MinBytes}'."
            : null;
    }
}
