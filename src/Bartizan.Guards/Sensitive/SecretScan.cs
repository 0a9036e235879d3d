using System.Buffers;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds credentials: tokens by their providers' shapes and checksums, private keys, credentials in addresses and connection strings,
/// and what is assigned to a name like <c>password</c> and looks drawn by lot.
/// </summary>
internal static class SecretScan
{
    /// <summary>The longest value that is looked at after a name.</summary>
    private const int MaxValue = 256;

    /// <summary>The shortest value that can be a secret.</summary>
    private const int LeastValue = 8;

    private static readonly SearchValues<string> _names = SearchValues.Create(
        [
            "passw",
            "passphrase",
            "pwd",
            "secret",
            "token",
            "api_key",
            "apikey",
            "api-key",
            "access_key",
            "accesskey",
            "private_key",
            "credential",
            "authorization",
            "bearer ",
            "://",
            "-----begin ",
            "putty-user-key",
        ],
        StringComparison.OrdinalIgnoreCase
    );

    private static readonly SearchValues<char> _value = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-.!@#$%^&*~:?"
    );

    private static readonly int _leastToken = TokenKinds.All.Min(kind => kind.Prefix.Length + kind.Least);

    /// <summary>Adds the credentials of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        FindTokens(view, found);
        var text = view.Text.Span;
        var at = 0;
        while (!found.IsFull("secrets") && text[at..].IndexOfAny(_names) is >= 0 and var next)
        {
            at += next;
            at += Math.Max(
                1,
                text[at] switch
                {
                    ':' => TakeAddress(view, text, at, found),
                    '-' => TakeKey(view, text, at, found),
                    _ => TakeValue(view, text, at, found),
                }
            );
        }
    }

    // Only runs that are long enough are searched.
    internal static void FindTokens(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        for (var at = 0; at < text.Length && !found.IsFull("secrets"); )
        {
            var start = masks.NextRun(CharKind.Token, at, _leastToken);
            if (start < 0)
            {
                return;
            }

            var end = masks.EndOf(CharKind.Token, start + _leastToken);
            FindTokens(view, text, start, end, found);
            at = end + 1;
        }
    }

    private static void FindTokens(TextView view, ReadOnlySpan<char> text, int at, int end, FoundList found)
    {
        for (; at + 1 < end; at++)
        {
            var kinds = TokenKinds.BeginningWith(text[at], text[at + 1]);
            if (kinds.Length == 0)
            {
                continue;
            }

            if (found.IsFull("secrets"))
            {
                return;
            }

            at += Math.Max(1, TakeToken(view, text, at, kinds, found)) - 1;
        }
    }

    private static int TakeToken(TextView view, ReadOnlySpan<char> text, int at, TokenKind[] kinds, FoundList found)
    {
        var before = at > 0 ? text[at - 1] : ' ';
        foreach (var kind in kinds)
        {
            if (!text[at..].StartsWith(kind.Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            // A word that merely ends like a token's beginning is none.
            if (char.IsAsciiLetterOrDigit(before) && char.IsAsciiLetterOrDigit(kind.Prefix[0]) && kind.Prefix != "Q~")
            {
                continue;
            }

            var start = at + kind.Prefix.Length;
            var rest = text.Slice(start, Math.Min(text.Length - start, kind.Most + 1));
            var length = rest.IndexOfAnyExcept(kind.Alphabet);
            length = length < 0 ? rest.Length : length;
            if (length > kind.Most || length < kind.Least)
            {
                continue;
            }

            var end = start + length;

            // The end of a sentence is none of the token.
            while (end > start + kind.Least && text[end - 1] is '.' or '-')
            {
                end--;
            }

            if (
                (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
                || (kind.IsValid is { } check && !check(text[at..end]))
                || IsPlaceholder(text[start..end])
            )
            {
                continue;
            }

            found.Add("secrets", kind.Name, view, at, end - at, FindingSeverity.High, kind.Confidence);
            return end - at;
        }

        return 0;
    }

    // https://user:password@host
    private static int TakeAddress(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var rest = text[(at + 3)..Math.Min(text.Length, at + 3 + MaxValue)];
        var end = rest.IndexOfAny(" \t\r\n\"'<>/?#");
        rest = end < 0 ? rest : rest[..end];
        var host = rest.LastIndexOf('@');
        var colon = host < 0 ? -1 : rest[..host].IndexOf(':');
        if (colon <= 0 || host - colon < 4 || IsPlaceholder(rest[(colon + 1)..host]))
        {
            return 0;
        }

        found.Add("secrets", "url-credentials", view, at + 3, host, FindingSeverity.High, 0.85);
        return host;
    }

    private static int TakeKey(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var line = text[at..Math.Min(text.Length, at + 80)];
        if (line.IndexOf("PRIVATE KEY") < 0)
        {
            return 0;
        }

        var end = text[at..].IndexOf("-----END ");
        var close = end < 0 ? -1 : text[(at + end + 9)..].IndexOf("-----");
        var length = close < 0 ? line.Length : end + 9 + close + 5;
        found.Add("secrets", "private-key", view, at, length, FindingSeverity.High, 0.98);
        return length;
    }

    // name = value, "name": "value", Authorization: Bearer value
    private static int TakeValue(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var end = at;
        while (end < text.Length && end - at < 48 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-'))
        {
            end++;
        }

        var name = end;
        var signs = 0;
        while (
            end < text.Length && end - name < 16 && text[end] is ' ' or '\t' or '"' or '\'' or ':' or '=' or '>' or '`'
        )
        {
            signs += text[end] is ':' or '=' ? 1 : 0;
            end++;
        }

        var isBearer = text[at..].StartsWith("bearer ", StringComparison.OrdinalIgnoreCase);
        if (signs == 0 && !isBearer)
        {
            return name - at;
        }

        foreach (var scheme in (ReadOnlySpan<string>)["bearer ", "basic ", "token "])
        {
            if (text[end..].StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                end += scheme.Length;
                isBearer = true;
            }
        }

        var rest = text[end..Math.Min(text.Length, end + MaxValue)];
        var length = rest.IndexOfAnyExcept(_value);
        length = length < 0 ? rest.Length : length;
        var value = rest[..length].TrimEnd(".:?!");
        if (value.Length >= LeastValue && IsSecretValue(value, isBearer))
        {
            found.Add(
                "secrets",
                isBearer ? "authorization" : "assigned-secret",
                view,
                end,
                value.Length,
                FindingSeverity.High,
                isBearer ? 0.85 : 0.7
            );
        }

        return end + length - at;
    }

    // CredSweeper's idea: what people write in place of a secret is made of words, names, paths and calls.
    private static bool IsSecretValue(ReadOnlySpan<char> value, bool isBearer)
    {
        var (digits, lower, upper, others, changes) = (0, 0, 0, 0, 0);
        var before = 0;
        foreach (var c in value)
        {
            var kind =
                char.IsAsciiDigit(c) ? 1
                : char.IsAsciiLetterLower(c) ? 2
                : char.IsAsciiLetterUpper(c) ? 3
                : 4;
            digits += kind == 1 ? 1 : 0;
            lower += kind == 2 ? 1 : 0;
            upper += kind == 3 ? 1 : 0;
            others += kind == 4 ? 1 : 0;
            changes += kind != before ? 1 : 0;
            before = kind;
        }

        if (IsPlaceholder(value) || IsUuid(value) || digits == value.Length || value.IndexOf("://") >= 0)
        {
            return false;
        }

        var kinds = (digits > 0 ? 1 : 0) + (lower > 0 ? 1 : 0) + (upper > 0 ? 1 : 0) + (others > 0 ? 1 : 0);
        var entropy = TokenChecks.Entropy(value);
        return isBearer ? value.Length >= 16 && kinds >= 2 && entropy >= 3
            : value.Length >= 16
                ? digits >= 2 && kinds >= 2 && entropy >= 3.3 && changes >= 5 && value.IndexOf('/') is not (0 or 1)
            // A password: letters, digits and a sign, and no name of a thing.
            : kinds >= 3 && digits >= 1 && others >= 1 && changes >= 4 && value.IndexOfAny("_-./:") < 0;
    }

    private static bool IsUuid(ReadOnlySpan<char> value) =>
        value.Length == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-';

    private static bool IsPlaceholder(ReadOnlySpan<char> value)
    {
        foreach (
            var word in (ReadOnlySpan<string>)
                [
                    "example",
                    "changeme",
                    "placeholder",
                    "your",
                    "xxxx",
                    "****",
                    "dummy",
                    "sample",
                    "redacted",
                    "${",
                    "{{",
                    "<",
                    "$(",
                    "process.env",
                    "os.environ",
                    "12345678",
                    "abcdefgh",
                    "test_",
                    "...",
                ]
        )
        {
            if (value.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return value.Length > 4 && !value.ContainsAnyExcept(value[0]);
    }
}
