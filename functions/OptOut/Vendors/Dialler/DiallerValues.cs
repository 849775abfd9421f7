using System.Text.Json;
using OptOut.Identity;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Dialler;

/// <summary>The values that entries and marks share, read without trust.</summary>
internal static class DiallerValues
{
    public static bool TryNumber(this JsonElement from, string region, out Identifier who) => PhoneNumber.TryParse(from.Text("number"), region, out who);

    /// <summary>Only with an offset, and not of a clock that was never set: a mark seems older than the person's yes only where it is.</summary>
    public static bool TryInstant(this JsonElement from, string name, out DateTimeOffset at) => Rfc3339.TryParse(from.Text(name), out at) && Rfc3339.IsCredible(at);
}
