using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OptOut.Fuzz.Product;

/// <summary>
/// A request as a target writes it: <c>METHOD target</c>, header lines, an empty line and the body, with line feeds. What Kestrel refuses
/// by itself is no request.
/// </summary>
internal sealed record RawRequest(
    string Method, string Path, string Query, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, string Target = "")
{
    private const int MostHeaders = 100; // Kestrel's limit.

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static RawRequest? Read(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\n\n"u8);
        string head;
        try
        {
            head = Strict.GetString(bytes, 0, end < 0 ? bytes.Length : end);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        var lines = head.Split('\n');
        if (lines.Length > MostHeaders)
            return null;
        if (lines[0].Split(' ') is not [var method, ['/', ..] target] || !method.All(IsToken) || method.Length == 0
            || !target.All(c => c is > ' ' and < '\x7F'))
        {
            return null;
        }

        var (path, query) = target.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? (target[..at], target[at..]) : (target, "");
        path = string.Join("%2F", path.Split("%2F").Select(Uri.UnescapeDataString));
        if (path.Contains('\0', StringComparison.Ordinal))
            return null;
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(h => h.Length == 2).Select(h =>
            (Name: h[0], Value: h[1].Trim(' ', '\t')));
        if (headers.Any(h => h.Name.Length == 0 || !h.Name.All(IsToken) || h.Value.AsSpan().ContainsAny('\0', '\r')))
            return null;
        return new(method, path, query, [.. headers], end < 0 ? [] : bytes[(end + 2)..], target);
    }

    public string Header(string name) => Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";

    public RawRequest With(string name, string value) => this with
    {
        Headers = [.. Headers.Where(h => !h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), (name, value)],
    };

    /// <summary>The request as a client sends it, which then closes the connection.</summary>
    public byte[] ToBytes()
    {
        var own = Headers.Where(h =>
            h.Name.ToUpperInvariant() is not ("HOST" or "CONTENT-LENGTH" or "TRANSFER-ENCODING" or "CONNECTION" or "EXPECT"));
        var head = new StringBuilder($"{Method} {Target} HTTP/1.1\r\n").AppendJoin("", own.Select(h => $"{h.Name}: {h.Value}\r\n"));
        head.Append(CultureInfo.InvariantCulture,
            $"Host: optout.kruidtuin.example\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. Body];
    }

    public IHttpRequestFeature ToFeature()
    {
        IHeaderDictionary headers = new HeaderDictionary();
        foreach (var (name, value) in Headers)
            headers.Append(name, value);
        headers.Host = "optout.kruidtuin.example";
        headers.ContentLength = Body.Length;
        headers.Remove("Transfer-Encoding");
        return new HttpRequestFeature
        {
            Method = Method,
            Scheme = "https",
            Protocol = "HTTP/1.1",
            Path = Path,
            QueryString = Query,
            RawTarget = Path + Query,
            Headers = headers,
            Body = new MemoryStream(Body),
        };
    }

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
