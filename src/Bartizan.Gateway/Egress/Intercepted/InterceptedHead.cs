using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// A request's head that names the host of its connection, in canonical form. What is decided is made of it, and so is what is sent:
/// there is no second reading.
/// </summary>
internal sealed record InterceptedHead(string Method, string Path, string Query, IHeaderDictionary Fields)
{
    /// <summary>True for a WebSocket handshake; every other upgrade is stripped.</summary>
    public bool WebSocket { get; private init; }

    /// <summary>Reads it; else a status and what is wrong, without its content.</summary>
    public static InterceptedHead? Read(HttpContext context, InterceptedPlace place, out int status, out string problem)
    {
        var request = context.Request;
        var fields = request.Headers;
        (status, problem) = (StatusCodes.Status400BadRequest, "");
        if (!StringValues.IsNullOrEmpty(fields.TransferEncoding) && fields.ContainsKey("x-content-length"))
        {
            // Kestrel renames Content-Length so when both came. RFC 9112, 6.3: request smuggling.
            problem = "the request has two lengths: `Content-Length` and `Transfer-Encoding`";
            return null;
        }

        if (!RequestHead.IsMethod(request.Method, out problem))
        {
            return null;
        }

        var said = fields.Host;
        if (
            said.Count != 1
            || !Destination.TryParseAuthority(said[0], InterceptedPlace.TlsPort, out var host, out var port, out _)
            || host != place.Host
            || port != place.Port
        )
        {
            status = StatusCodes.Status421MisdirectedRequest;
            problem = "it names another host than its connection is for";
            return null;
        }

        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.AsSpan().ContainsAnyExceptInRange('!', '~') || !target.StartsWith('/'))
        {
            problem = "the target is not a path";
            return null;
        }

        if (!Destination.TryParsePath(target, place.Host, place.Port, out var to, out problem))
        {
            return null;
        }

        foreach (var name in fields.Keys)
        {
            if (RequestHead.IsSecondReading(name))
            {
                problem = RequestHead.Secondly;
                return null;
            }

            // RFC 9113, 8.2.2: a request that has one is malformed, whatever Kestrel makes of it.
            if (HttpProtocol.IsHttp2(request.Protocol) && IsOfOneConnection(name, fields))
            {
                problem = $"HTTP/2 knows no `{name}`";
                return null;
            }
        }

        if (place.Cookies is not null)
        {
            if (ConnectionOptions.IsNamed(fields.Connection, "Cookie"))
            {
                problem =
                    "its `Connection` names `Cookie`, and this host's cookies are kept: leave it out of `Connection`";
                return null;
            }

            // Before it is decided: what is decided has what the agent said, and that is no cookie.
            fields.Remove("Cookie");
            fields.Remove("Cookie2");
        }

        var upgrade = context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;
        return new InterceptedHead(request.Method, to.Path, to.Query, fields)
        {
            WebSocket =
                upgrade
                && request.Method == "GET"
                && fields.Upgrade.Count == 1
                && "websocket".Equals(fields.Upgrade[0], StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>The credentials that it shows, by themselves or by cookies that were given for them.</summary>
    public ImmutableArray<string> CookiesFor { get; private init; } = [];

    /// <summary>The same with the cookies that its host has set, and what they and it were given for.</summary>
    public InterceptedHead WithCookies(string? cookies, ImmutableArray<string> given)
    {
        if (cookies is not null)
        {
            Fields.Cookie = cookies;
        }

        return this with
        {
            CookiesFor = given,
        };
    }

    private static bool IsOfOneConnection(string name, IHeaderDictionary fields) =>
        name.ToUpperInvariant() switch
        {
            "TRANSFER-ENCODING" or "UPGRADE" or "KEEP-ALIVE" or "PROXY-CONNECTION" => true,
            "TE" => fields.TE.ToString() != "trailers",
            _ => false,
        };

    /// <summary>
    /// What a request without a body is sent with. INVARIANT: what was granted once is sent once. The handler sends a request without
    /// content again where no answer came, and one with content not; what may be repeated (RFC 9110, 9.2.2) may be.
    /// </summary>
    public HttpContent? NoBody =>
        Method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" ? null : new ByteArrayContent([]);

    /// <summary>What is decided.</summary>
    public HttpTarget TargetAt(InterceptedPlace place) => new(Method, "https", place.Host, place.Port, Path);

    /// <summary>The request as guards read it and the log keeps it.</summary>
    public byte[] ToText(InterceptedPlace place)
    {
        var text = new StringBuilder($"{Method} {Path}{Query} HTTP/1.1\r\nHost: {place.Authority}\r\n");
        foreach (var (name, values) in Fields)
        {
            foreach (var value in Passes(name) ? values : default)
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>Its length as text; no more of it is sent, however it is packed on its way.</summary>
    public long LengthAt(InterceptedPlace place)
    {
        long length = $"{Method} {Path}{Query} HTTP/1.1\r\nHost: {place.Authority}\r\n\r\n".Length;
        foreach (var (name, values) in Fields)
        {
            foreach (var value in Passes(name) ? values : default)
            {
                length += name.Length + (value?.Length ?? 0) + ": \r\n".Length;
            }
        }

        return length;
    }

    /// <summary>The request to send, but for its body.</summary>
    public HttpRequestMessage ToMessage(InterceptedPlace place, HttpContent? body, bool http2)
    {
        // The path was normalised once; a second normalisation could make another of it.
        var exact = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var message = new HttpRequestMessage(
            new HttpMethod(Method),
            new Uri($"https://{place.Authority}{Path}{Query}", exact)
        )
        {
            Version = http2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = body,
        };
        foreach (var (name, values) in Fields)
        {
            if (!Passes(name))
            {
                continue;
            }

            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content ??= new ByteArrayContent([]);
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        if (WebSocket)
        {
            message.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            message.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        }

        if (http2 && Fields.TE.Count == 1 && Fields.TE[0] == "trailers")
        {
            // Of one hop, and yet what gRPC's servers ask for.
            message.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        message.Headers.ExpectContinue = body is not null && Fields.ContainsKey("Expect") ? true : null;
        return message;
    }

    /// <summary>True for a field that goes to the other side.</summary>
    public bool Passes(string name) =>
        !ConnectionOptions.IsOneHop(name)
        && !name.Equals("Expect", StringComparison.OrdinalIgnoreCase)
        && !ConnectionOptions.IsNamed(Fields.Connection, name);
}
