using System.Buffers.Text;
using System.Text;
using System.Text.RegularExpressions;

namespace Bartizan.Core.Findings;

/// <summary>
/// Finds what a description has no reason to say: orders to the model that aren't about the tool. The text is looked at as it
/// looks (<see cref="Skeleton"/>), by expressions that take time in proportion to it.
/// </summary>
internal static class InstructionText
{
    /// <summary>Characters in a row that could be Base64 and are longer than any name.</summary>
    private const int LeastBlob = 40;

    /// <summary>Blobs of one text that are decoded.</summary>
    private const int MaxBlobs = 16;

    /// <summary>Of ten characters of a blob, those that must be readable for it to be a text.</summary>
    private const int ReadableOfTen = 9;

    private static readonly (
        string Code,
        FindingSeverity Severity,
        double Confidence,
        string Says,
        Regex Pattern
    )[] _orders =
    [
        Order(
            "order-override",
            FindingSeverity.High,
            0.95,
            "it tells the model to pass over its other instructions",
            @"\b(ignore|disregard|forget|override|bypass)\b.{0,30}\b(previous|prior|above|earlier|other|all|s"
                + @"ystem|your)\b.{0,30}\b(instruction|rule|prompt|guideline|direction|polic)"
        ),
        Order(
            "order-secrecy",
            FindingSeverity.High,
            0.9,
            "it tells the model to keep something from the person",
            @"\b(do not|don't|dont|never|must not|without)\b.{0,20}\b(tell|telling|mention|mentioning|inform|"
                + @"informing|reveal|revealing|notify|notifying|alert|alerting|show|showing|let)\b.{0,40}\b(user|pe"
                + @"rson|human|operator|anyone|anybody)\b"
        ),
        Order(
            "order-tags",
            FindingSeverity.High,
            0.9,
            "it holds marks that pose as a part of the model's own instructions",
            @"<\s*/?\s*(important|system|instructions?|hidden|secret|critical|admin|assistant|override|sys)\s"
                + @"*>|\[/?(system|inst|important)\]|<\|[a-z_]{2,30}\|>|<<sys>>"
        ),
        Order(
            "order-credentials",
            FindingSeverity.High,
            0.9,
            "it tells the model to read or send what opens something",
            @"\b(read|cat|open|pass|send|include|attach|append|copy|upload|provide|paste|load|fetch|get)\b.{0"
                + @",30}(~/\.|/home/|/root/|\$home/)?(\.ssh\b|\bid_(rsa|ed25519|ecdsa)\b|\.aws/credentials|\.netrc"
                + @"\b|\.git-credentials|\.kube/config|\.npmrc\b|/etc/(passwd|shadow)|\.cursor/mcp\.json|\.mcp\.jso"
                + @"n|claude_desktop_config)"
        ),
        Order(
            "order-conversation",
            FindingSeverity.High,
            0.75,
            "it asks for the conversation itself",
            @"\b(pass|send|include|put|append|provide|attach|copy|forward)\b.{0,30}\b(full|entire|whole|compl"
                + @"ete|all|current|previous)\b.{0,20}\b(conversation|chat|dialog|dialogue|message history|history|"
                + @"context window|system prompt)\b"
        ),
        Order(
            "order-steering",
            FindingSeverity.Medium,
            0.6,
            "it speaks against other tools",
            @"\b(other|another|original|old|built-?in)\b.{0,30}\b(broken|unsafe|deprecated|insecure|compromis"
                + @"ed|obsolete|unreliable|disabled|does not work|doesn't work)\b|\b(instead of|rather than)\b.{0,2"
                + @"0}\b(any|all|every|the) other\b"
        ),
        Order(
            "order-sequence",
            FindingSeverity.Medium,
            0.5,
            "it says what else the model has to do",
            @"\b(before|after|when|whenever)\b.{0,20}\b(use|using|call|calling|invoke|invoking)\b.{0,10}\b(th"
                + @"is|any|other|another)\b.{0,10}\btool|\byou (must|have to|should) (always|first)\b|\b(always|mus"
                + @"t) (first )?(call|invoke|run|execute)\b"
        ),
        Order(
            "hidden-comment",
            FindingSeverity.Medium,
            0.7,
            "it holds a comment that a rendered page doesn't show",
            @"<!--"
        ),
        Order(
            "hidden-image",
            FindingSeverity.Medium,
            0.6,
            "it holds an image that is fetched from elsewhere when it is shown",
            @"!\[[^\]]{0,200}\]\(\s*https?://|<img\b"
        ),
    ];

    /// <summary>What a text orders, each kind once.</summary>
    public static IEnumerable<Finding> Find(string place, string text)
    {
        var found = Orders(place, Skeleton.Of(text)).ToList();
        foreach (var hidden in Blobs(text))
        {
            var orders = Orders(place, Skeleton.Of(hidden)).ToList();
            found.Add(
                new Finding(
                    "hidden-base64",
                    orders.Exists(o => o.Severity == FindingSeverity.High)
                        ? FindingSeverity.High
                        : FindingSeverity.Medium,
                    0.8,
                    place,
                    $"a text is hidden in Base64: `{Approvals.ShownText.Bounded(hidden)}`"
                )
            );
        }

        return found;
    }

    private static IEnumerable<Finding> Orders(string place, string look) =>
        _orders
            .Where(order => order.Pattern.IsMatch(look))
            .Select(order => new Finding(order.Code, order.Severity, order.Confidence, place, order.Says));

    private static IEnumerable<string> Blobs(string text)
    {
        var (start, found) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (
                at < text.Length
                && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '+' or '/' or '-' or '_' or '=')
            )
            {
                continue;
            }

            var blob = text.AsSpan(start, at - start).Trim('=');
            start = at + 1;
            if (blob.Length >= LeastBlob && found < MaxBlobs && Decode(blob) is { } decoded)
            {
                found++;
                yield return decoded;
            }
        }
    }

    private static string? Decode(ReadOnlySpan<char> blob)
    {
        var url = blob.ToString().Replace('+', '-').Replace('/', '_');
        try
        {
            var bytes = Base64Url.DecodeFromChars(url.AsSpan(0, url.Length - (url.Length % 4 == 1 ? 1 : 0)));
            var decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            var readable = decoded.Count(c => c is >= ' ' and <= '~' or '\n' or '\t');
            return readable * 10 >= decoded.Length * ReadableOfTen && decoded.Contains(' ', StringComparison.Ordinal)
                ? decoded
                : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static (string, FindingSeverity, double, string, Regex) Order(
        string code,
        FindingSeverity severity,
        double confidence,
        string says,
        [System.Diagnostics.CodeAnalysis.StringSyntax(System.Diagnostics.CodeAnalysis.StringSyntaxAttribute.Regex)]
            string pattern
    ) =>
        (
            code,
            severity,
            confidence,
            says,
            new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline)
        );
}
