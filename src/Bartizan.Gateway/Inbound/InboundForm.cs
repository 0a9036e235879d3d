using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Unicode;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// A request in the one way in which it can be read, or why there is more than one. Whatever two servers are known to read in different
/// ways is refused and not repaired: what is decided is, to the letter, what the agent is sent.
/// </summary>
/// <param name="Target">What is asked for.</param>
/// <param name="Query">The query with its question mark, as it came; empty for none.</param>
internal sealed record InboundForm(ServeTarget Target, string Query)
{
    private static readonly FrozenSet<string> _methods = FrozenSet.ToFrozenSet([
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
    ]);

    private static readonly FrozenSet<string> _without = FrozenSet.ToFrozenSet(["GET", "HEAD", "OPTIONS"]);

    /// <summary>True for a request that asks for a WebSocket.</summary>
    public bool IsWebSocket { get; init; }

    /// <summary>Reads it; a problem is half a sentence, and its status what the caller is told.</summary>
    public static InboundForm? Read(HttpContext context, ServeSection terms, out int status, out string problem)
    {
        var request = context.Request;
        (status, problem) = FindProblem(request, terms);
        if (status != 0)
        {
            return null;
        }

        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (raw, "") : (raw[..mark], raw[mark..]);
        if (raw.Length > terms.Limits.Url)
        {
            (status, problem) = (StatusCodes.Status414UriTooLong, "its address is longer than is taken");
            return null;
        }

        // An absolute form names its host twice; of `*` and of an authority there is nothing to decide.
        if (!TryReadPath(path, out var normal, out problem) || !IsPlain(query, out problem))
        {
            status = StatusCodes.Status400BadRequest;
            return null;
        }

        (var isWebSocket, status, problem) = ReadUpgrade(context);
        return status != 0
            ? null
            : new InboundForm(new ServeTarget(request.Method, normal), query) { IsWebSocket = isWebSocket };
    }

    // Where one server cuts parameters off and another doesn't, `/admin;x` is two paths; dot segments are two as well, whoever removes
    // them.
    private static bool TryReadPath(string path, out string normal, out string problem)
    {
        if (!UrlPath.TryNormalize(path, out normal, out problem))
        {
            problem = $"its path {problem}";
            return false;
        }

        if (path.Contains('%', StringComparison.Ordinal) && !IsUtf8(path))
        {
            problem = "its path has escapes that are no UTF-8";
            return false;
        }

        problem = "its path has parameters or dot segments";
        return !normal.Contains(';', StringComparison.Ordinal)
            && !normal.Contains("%3B", StringComparison.Ordinal)
            && path.AsSpan().Count('/') == normal.AsSpan().Count('/')
            && !HasDots(path);
    }

    // What is written longer than it is (`%c0%af`) is a separator to some.
    private static bool IsUtf8(string path)
    {
        var bytes = new byte[path.Length];
        var length = 0;
        for (var at = 0; at < path.Length; at++)
        {
            var isEscape = path[at] == '%' && at + 2 < path.Length;
            bytes[length++] = isEscape ? Convert.FromHexString(path.AsSpan(at + 1, 2))[0] : (byte)path[at];
            at += isEscape ? 2 : 0;
        }

        return Utf8.IsValid(bytes.AsSpan(0, length));
    }

    private static bool HasDots(string path) =>
        path.Split('/').Any(segment => segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..");

    private static bool IsPlain(string query, out string problem)
    {
        problem = "its query holds a character that no query has";
        return query.All(c => c is > ' ' and < '\x7f' and not '\\' and not '#' and not '"' and not '<' and not '>')
            && !query.Contains("%00", StringComparison.Ordinal)
            && !query.Contains("%0d", StringComparison.OrdinalIgnoreCase)
            && !query.Contains("%0a", StringComparison.OrdinalIgnoreCase);
    }

    private static (int Status, string Problem) FindProblem(HttpRequest request, ServeSection terms)
    {
        var headers = request.Headers;
        if (!_methods.Contains(request.Method))
        {
            return (StatusCodes.Status405MethodNotAllowed, "its method is none that is served");
        }

        // Kestrel renames Content-Length so when both came. RFC 9112 section 6.3: request smuggling.
        if (
            headers.ContainsKey("x-content-length")
            || headers.ContentLength is not null && headers.TransferEncoding.Count > 0
        )
        {
            return (StatusCodes.Status400BadRequest, "it has two lengths");
        }

        if (headers.TransferEncoding.Count > 1 || headers.TransferEncoding is [not "chunked"])
        {
            return (StatusCodes.Status400BadRequest, "its transfer encoding is not `chunked`");
        }

        var hasBody = HasBody(request);
        if (hasBody && _without.Contains(request.Method))
        {
            return (StatusCodes.Status400BadRequest, "its method has no body, and it has one");
        }

        if (headers.Expect.Count > 0 && !Is(headers.Expect, "100-continue"))
        {
            return (StatusCodes.Status417ExpectationFailed, "it expects what isn't done here");
        }

        if (!IsHost(request, terms.Hosts))
        {
            return (StatusCodes.Status421MisdirectedRequest, "its host is none that is served");
        }

        if (headers.Cookie.Sum(cookie => cookie?.Length ?? 0) > PassedToAgent.MaxCookieChars)
        {
            return (StatusCodes.Status431RequestHeaderFieldsTooLarge, "its cookies are longer than is taken");
        }

        return hasBody ? OfBody(request, terms) : default;
    }

    /// <summary>True when something may follow a request's head.</summary>
    public static bool HasBody(HttpRequest request) =>
        request.HttpContext.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;

    // What isn't decoded here isn't inspected, so nothing encoded is taken.
    private static (int Status, string Problem) OfBody(HttpRequest request, ServeSection terms)
    {
        var headers = request.Headers;
        if (headers.ContentEncoding.Count > 0 && !Is(headers.ContentEncoding, "identity"))
        {
            return (StatusCodes.Status415UnsupportedMediaType, "its body is encoded");
        }

        if (headers.ContentLength > terms.Limits.BodyBytes)
        {
            return (StatusCodes.Status413PayloadTooLarge, "its body is larger than is taken");
        }

        return headers.ContentType is [{ } type] && IsTaken(type, terms.Limits.Types)
            ? default
            : (StatusCodes.Status415UnsupportedMediaType, "its body is of a type that isn't taken");
    }

    /// <summary>
    /// True when a body of words can be read in one way: UTF-8 without a NUL, by which readers guess at UTF-16 and UTF-32 (RFC 8259, 8.1).
    /// </summary>
    public static bool IsReadable(string? type, ReadOnlySpan<byte> body) =>
        !IsOfWords(type) || (Utf8.IsValid(body) && !body.Contains((byte)0));

    private static bool IsOfWords(string? type) =>
        type is not null
        && (
            type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.Contains("xml", StringComparison.OrdinalIgnoreCase)
            || type.Contains("urlencoded", StringComparison.OrdinalIgnoreCase)
        );

    // INVARIANT: what guards read as UTF-8 the agent reads so, too.
    private static bool IsTaken(string type, ImmutableArray<string> taken)
    {
        var parts = type.Split(';', StringSplitOptions.TrimEntries);
        return taken.Contains(parts[0], StringComparer.OrdinalIgnoreCase)
            && parts
                .Skip(1)
                .All(part =>
                    !part.StartsWith("charset", StringComparison.OrdinalIgnoreCase)
                    || part.Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase)
                    || part.Equals("charset=\"utf-8\"", StringComparison.OrdinalIgnoreCase)
                );
    }

    private static bool IsHost(HttpRequest request, ImmutableArray<string> served)
    {
        var host = request.Headers.Host;
        if (host is not [{ Length: > 0 and <= 255 } said])
        {
            return false;
        }

        var name = HostString.FromUriComponent(said).Host;
        return name.Length > 0
            && said.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']' or '_')
            && (served.IsEmpty || served.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    // Of upgrades only a WebSocket's is known: `h2c` would be a way past whoever reads HTTP/1.1.
    private static (bool IsWebSocket, int Status, string Problem) ReadUpgrade(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Upgrade.Count == 0)
        {
            return default;
        }

        var asksForOne =
            Is(headers.Upgrade, "websocket")
            && context.Request.Method == "GET"
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && headers.SecWebSocketVersion is ["13"]
            && headers.SecWebSocketKey is [{ Length: 24 }];
        return asksForOne
            ? (true, 0, "")
            : (false, StatusCodes.Status400BadRequest, "it asks for another protocol than is served");
    }

    private static bool Is(StringValues values, string word) =>
        values is [{ } only] && only.Equals(word, StringComparison.OrdinalIgnoreCase);
}
