using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Which of a caller's headers the agent gets: these and no others, so that no credential, no header of ours and none that servers read in
/// two ways is among them, whatever it is called.
/// </summary>
internal static class PassedToAgent
{
    /// <summary>Characters of all cookies together.</summary>
    public const int MaxCookieChars = 8192;

    /// <summary>Characters of what a browser says it takes; what is longer is read by guards.</summary>
    public const int MaxPlainChars = 256;

    private static readonly FrozenSet<string> _passed = FrozenSet.ToFrozenSet(
        ["accept", "accept-language", "content-type", "if-none-match", "last-event-id"],
        StringComparer.OrdinalIgnoreCase
    );

    private const int LeastLetters = 4;
    private const int LeastWords = 3;

    private static readonly SearchValues<char> _letters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    );

    private static readonly FrozenSet<string> _plain = FrozenSet.ToFrozenSet(
        [
            "application",
            "apng",
            "audio",
            "avif",
            "event",
            "exchange",
            "hans",
            "hant",
            "html",
            "image",
            "javascript",
            "json",
            "jsonl",
            "ndjson",
            "octet",
            "plain",
            "signed",
            "stream",
            "text",
            "video",
            "webp",
            "xhtml",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>Those that pass, by name.</summary>
    public static ImmutableArray<(string Name, string Value)> Of(HttpRequest request, ImmutableArray<string> named)
    {
        var passed = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var (name, values) in request.Headers)
        {
            if (_passed.Contains(name) || named.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                passed.Add((name.ToLowerInvariant(), string.Join(", ", values.AsEnumerable())));
            }
        }

        if (request.Headers.Cookie is { Count: > 0 } cookies)
        {
            passed.Add(("cookie", string.Join("; ", cookies.AsEnumerable())));
        }

        return passed.ToImmutable();
    }

    /// <summary>What of them a caller may have written freely, for guards to read; null where nothing is.</summary>
    /// <param name="passed">The headers that the agent gets.</param>
    /// <param name="protocols">What a WebSocket's caller offers to speak, which the agent gets, too.</param>
    public static byte[]? Words(ImmutableArray<(string Name, string Value)> passed, StringValues protocols)
    {
        var text = string.Join(
            '\n',
            passed
                .Where(one =>
                    one.Name is not ("accept" or "accept-language" or "content-type" or "if-none-match")
                    || !IsPlain(one.Value)
                )
                .Select(one => one.Value)
                .Concat(protocols.OfType<string>())
        );
        return text.Length == 0 ? null : Encoding.Latin1.GetBytes(text);
    }

    private static bool HasWords(ReadOnlySpan<char> value)
    {
        var words = 0;
        var known = _plain.GetAlternateLookup<ReadOnlySpan<char>>();
        while (value.IndexOfAny(_letters) is >= 0 and var start)
        {
            value = value[start..];
            var length = value.IndexOfAnyExcept(_letters);
            length = length < 0 ? value.Length : length;
            words += length >= LeastLetters && !known.Contains(value[..length]) ? 1 : 0;
            value = value[length..];
        }

        return words >= LeastWords;
    }

    // What such a header is without words: short, with no blank but between its parts, and of words that media types and tags of
    // languages have, or nearly so.
    private static bool IsPlain(string value)
    {
        if (value.Length > MaxPlainChars || !Ascii.IsValid(value) || HasWords(value))
        {
            return false;
        }

        for (var at = value.IndexOf(' ', StringComparison.Ordinal); at >= 0; at = value.IndexOf(' ', at + 1))
        {
            if (at == 0 || value[at - 1] is not (',' or ';'))
            {
                return false;
            }
        }

        return true;
    }
}
