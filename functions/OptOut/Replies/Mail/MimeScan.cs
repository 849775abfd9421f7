using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace OptOut.Replies.Mail;

/// <summary>A part of a MIME entity that contains no parts itself. Its body is still encoded and not copied.</summary>
internal readonly record struct MimeLeaf(
    ContentType Type, ContentDisposition? Disposition, ContentEncoding Encoding, ReadOnlyMemory<byte> Body);

/// <summary>
/// One pass of MimeKit over a mail or a form. The header and part limits bound the work; everything before a limit, or before the end of a
/// truncated mail, is kept.
/// </summary>
internal sealed class MimeScan : MimeReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly MimeInput _input;
    private readonly int _maxLeaves;
    private readonly List<MimeLeaf> _leaves = [];
    private readonly List<(string Name, string Value)> _fields = [];
    private readonly HashSet<HeaderId> _read = [];
    private ContentType? _type;
    private bool _hasHeaders, _isTyped;
    private ContentType _leafType = new("text", "plain");
    private ContentDisposition? _disposition;
    private ContentEncoding _encoding;

    public static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    private MimeScan(ReadOnlyMemory<byte> bytes, MimeInput input, int maxDepth, int maxLeaves)
        : base(new ParserOptions { MaxMimeDepth = maxDepth }, input) => (_bytes, _input, _maxLeaves) = (bytes, input, maxLeaves);

    public IReadOnlyList<MimeLeaf> Leaves => _leaves;

    /// <summary>Null when the mail's own header section is longer than <see cref="MimeInput.MaxHeaders"/>.</summary>
    public MailHeaders? Headers => _hasHeaders ? new MailHeaders(_fields, _type) : null;

    /// <summary>Whether a limit was reached, so that something was not read.</summary>
    public bool IsCut => _input.IsCut;

    /// <summary>What follows the first header section, unchanged.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Whether more than white space follows the closing delimiter.</summary>
    public bool HasEpilogue { get; private set; }

    // A header field is put first, because MimeKit refuses a mail whose first line is not one.
    public static MimeScan OfMail(ReadOnlyMemory<byte> mail, int maxDepth, int maxLeaves) =>
        Run(mail, "MIME-Version: 1.0\r\n", maxDepth, maxLeaves);

    // Depth 1: a field that is declared a multipart with the form's own boundary would swallow the fields after it.
    public static MimeScan OfForm(ReadOnlyMemory<byte> form, string boundary, int maxLeaves) =>
        Run(form, $"Content-Type: multipart/form-data; boundary=\"{boundary}\"\r\n\r\n", maxDepth: 1, maxLeaves);

    private static MimeScan Run(ReadOnlyMemory<byte> bytes, string prefix, int maxDepth, int maxLeaves)
    {
        using var input = new MimeInput(Encoding.ASCII.GetBytes(prefix), bytes);
        var scan = new MimeScan(bytes, input, maxDepth, maxLeaves);
        try
        {
            scan.ReadEntity();
        }
        catch (FormatException)
        {
            // The header section ends within a line that is not a field: what came before it is kept.
            scan._hasHeaders = !input.IsCut;
        }

        return scan;
    }

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        _input.BeginHeaders(beginOffset);
        _read.Clear();
        (_disposition, _encoding, _isTyped) = (null, ContentEncoding.Default, true);
    }

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancellationToken)
    {
        // The first field of a name counts, readable or not: a later one must not replace it.
        switch (_read.Add(header.Id) ? header.Id : HeaderId.Unknown)
        {
            case HeaderId.ContentType:
                // RFC 2045 section 5.2: without a valid type it is plain text.
                _isTyped = header.RawValue.Contains((byte)'/');
                if (!_hasHeaders)
                    _ = ContentType.TryParse(Options, header.RawValue, out _type);
                break;
            case HeaderId.ContentDisposition:
                _ = ContentDisposition.TryParse(Options, header.RawValue, out _disposition);
                break;
            case HeaderId.ContentTransferEncoding:
                _ = MimeUtils.TryParse(header.Value, out _encoding);
                break;
        }

        var isField = header.Field.Length > 0 && !header.Field.AsSpan().ContainsAnyExceptInRange('!', '~');
        if (isField && !_hasHeaders && header.Offset is { } offset && offset >= _input.PrefixLength && IsWhole(header, offset))
        {
            var value = Slice(offset + header.RawField.Length + 1, header.RawValue.Length);
            _fields.Add((header.Field, Unfold(MailCharset.Decode(value.Span, null))));
        }
    }

    protected override void OnHeadersEnd(
        long beginOffset, int beginLineNumber, long endOffset, int endLineNumber, CancellationToken cancellationToken)
    {
        _input.EndHeaders(endOffset);
        if (!_hasHeaders)
            Body = Slice(endOffset, _bytes.Length + _input.PrefixLength - endOffset);
        _hasHeaders |= !_input.IsCut;
    }

    protected override void OnMimePartBegin(
        ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken) =>
        _leafType = _isTyped ? contentType : new ContentType("text", "plain");

    protected override void OnMimePartContentEnd(
        long beginOffset, int beginLineNumber, long endOffset, int lines, NewLineFormat? newLineFormat, CancellationToken cancellationToken)
    {
        if (_leaves.Count == _maxLeaves)
            _input.Cut();
        else if (!_input.IsCut)
            _leaves.Add(new MimeLeaf(_leafType, _disposition, _encoding, Slice(beginOffset, endOffset - beginOffset)));
    }

    protected override void OnMultipartEpilogueRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken) =>
        HasEpilogue |= buffer.AsSpan(startIndex, count).ContainsAnyExcept(WhiteSpace);

    // A bare carriage return stays: removing it could turn an invalid address into a valid one.
    private static string Unfold(string value) =>
        value.Replace("\r\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Trim();

    // MimeKit also reports a line of more than 4 KiB without a colon, which is no field and may end with the mail.
    private bool IsWhole(Header header, long offset) =>
        offset - _input.PrefixLength + header.RawField.Length + 1 + header.RawValue.Length <= _bytes.Length;

    private ReadOnlyMemory<byte> Slice(long offset, long length) => _bytes.Slice((int)(offset - _input.PrefixLength), (int)length);
}
