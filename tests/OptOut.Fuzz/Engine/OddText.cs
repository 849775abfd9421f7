using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>Bytes, characters and numbers that parsers get wrong.</summary>
internal static class OddText
{
    public static byte[] Bytes { get; } =
    [
        0, 1, 7, 8, 9, 10, 11, 12, 13, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0xA0, 0xC0, 0xED, 0xFE, 0xFF,
            .. " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"u8,
        .. "09azAZ"u8,
    ];

    public static string[] Numbers { get; } =
    [
        "0", "-1", "1", "255", "256", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "1e400", "0.1", "00", "99999999999999999999", "253402300799", "253402300800", "-62135596801", "NaN",
    ];

    public static byte[][] Pieces { get; } =
    [
        // UTF-8 that is not: half a surrogate pair, overlong slash and NUL, five bytes, a cut character, a lone continuation.
        [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xC0, 0xAF], [0xC0, 0x80], [0xE0, 0x80, 0xAF], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xBF],
        // Byte order marks: of UTF-8, UTF-16 and UTF-32.
        [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xFF, 0xFE, 0, 0],
        .. new[]
        {
            // Invisible characters and changes of direction.
            "\u00AD", "\u200B", "\u200C", "\u200D", "\u200E", "\u202E", "\u2060", "\u2066", "\u2069", "\uFE0F", "\u034F", "\U000E0041",
            // White space and line ends; non-characters; the highest character.
            "\u0080", "\u00FF", "\u00A0", "\u2028", "\u2029", "\u3000", "\u0085", "\u180E", "\uFFFE", "\uFFFF", "\uFFFD", "\U0010FFFF",
            // What changes its length or its letters when it is normalised or changes case.
            "\u0130", "\u0131", "\u00DF", "\u1E9E", "\uFB01", "\u0345", "\u1FB3", "\u0149", "\uFDFA", "\u2126", "\u212A", "e\u0301",
            "a\u0300\u0301\u0302\u0303\u0304", "\uFF10", "\uFF20", "\uFF0E", "\u3002", "\u0660", "\u06F1", "\u2215", "\u2044",
                "\U0001F469\u200D\U0001F467",
            "\uAC00", "\u1100\u1161",
            // Escapes of JSON, among them half a surrogate pair, of URLs, HTML, MIME and CSV.
            "\\ud800", "\\udc00", "\\u0000", "\\ud83d\\ude00", "\\\"", "\\", "%00", "%ff", "%u0041", "%", "%2", "%25%32%66", "%2F",
                "%ED%A0%80",
            "&#0;", "&#xD800;", "&amp", "&#99999999;", "=?utf-8?b?/w==?=", "=?x?q?=", "=\r\n", "=3D", "\"\"", "\",\"", "'", "\r\n",
                "\r\n\r\n", "\n\n",
            "--", "../", "//", "://", "{}", "[]", "null", "true", "NaN", "1e999", "-0", "\t", "\u0001", "\u001F",
        }.Select(Encoding.UTF8.GetBytes),
    ];
}
