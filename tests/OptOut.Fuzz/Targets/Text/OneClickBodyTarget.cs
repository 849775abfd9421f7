using Microsoft.AspNetCore.Http;
using OptOut.Fuzz.Engine;
using OptOut.Platform.Http;
using OptOut.Web.Unsubscribe;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>The body of a POST to a link; the first line of an input is its Content-Type.</summary>
internal sealed class OneClickBodyTarget : FuzzTarget
{
    public override string Name => "one-click-body";

    public override int MaxLength => 20 * 1024;

    public override (long Fixed, int PerByte) Memory => (512 * 1024, 1000);

    public override IReadOnlyList<string> Code =>
        ["OptOut.Web.Unsubscribe.OneClickBody", "OptOut.Web.Pages.PreferenceForm", "OptOut.Web.Pages.TypedForm"];

    // A part of a multipart body begins after CR LF.
    public override string Fill(string seed) => seed.ReplaceLineEndings("\r\n");

    public override void Run(byte[] input)
    {
        var end = Math.Max(0, Array.IndexOf(input, (byte)'\n'));
        var (type, body) = (TextTarget.Decode(input.AsSpan(0, end)).TrimEnd('\r'), input[(end == 0 ? 0 : end + 1)..]);
        var kind = OneClickBody.ReadAsync(Request(type, body), CancellationToken.None).GetAwaiter().GetResult();
        BrokenPropertyException.ThrowUnless(Enum.IsDefined(kind), "No such kind.");
        if (kind is PostKind.OneClick or PostKind.PageStop)
        {
            var letters = System.Text.Encoding.Latin1.GetString(body).Replace("\0", "", StringComparison.Ordinal);
            letters = System.Net.WebUtility.UrlDecode(letters).ToUpperInvariant();
            BrokenPropertyException.ThrowUnless(letters.Contains(kind == PostKind.OneClick ? "ONE-CLICK" : "STOP",
                StringComparison.Ordinal), "A Stop that nobody asked for.");
        }

        _ = SmallForm.ReadAsync(Request(type, body), CancellationToken.None).GetAwaiter().GetResult();
    }

    private static HttpRequest Request(string type, byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", type, body.Length, new MemoryStream(body));
        return request;
    }
}
