using System.Text.Json;
using OptOut.Identity;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Dialler;

/// <summary>The values that entries and marks have in common, read from untrusted JSON.</summary>
internal static class DiallerValues
{
    public static bool TryNumber(this JsonElement from, string region, out Identifier who) =>
        PhoneNumber.TryParseVouched(from.Text("number"), region, out who);

    /// <summary>
    /// Accepts a time only with an offset, and not from a clock that was never set: a mark must not look older than the person's Allow
    /// unless it is.
    /// </summary>
    public static bool TryInstant(this JsonElement from, string name, out DateTimeOffset at) =>
        Rfc3339.TryParse(from.Text(name), out at) && Rfc3339.IsPlausible(at);
}
