using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Transport;

/// <summary>Who asks: a session, and the token that says so.</summary>
internal sealed record PresentedToken(Session Session, string Token)
{
    /// <summary>Where Gemini's clients carry a key.</summary>
    public const string GoogleHeader = "x-goog-api-key";

    private const string GooglePaths = "/v1beta/";

    private const string Bearer = "Bearer ";

    /// <summary>
    /// Reads it of a request; null when there is none that holds here. INVARIANT: by an injected listener only its own session;
    /// every token that is presented must be that session's.
    /// </summary>
    public static PresentedToken? Of(HttpContext context, ISessions sessions, ISessionTokens tokens)
    {
        if (context.Features.Get<OwnRequest>() is { } own)
        {
            return new PresentedToken(own.Session, own.Key);
        }

        var owner = context.Features.Get<ListenerIdentity>();
        if (owner is null)
        {
            return null;
        }

        SessionId? id = null;
        string? token = null;
        // Elsewhere that header is some other service's, and goes nowhere.
        var isGoogles = context.Request.Path.Value?.StartsWith(GooglePaths, StringComparison.Ordinal) == true;
        foreach (
            var value in StringValues.Concat(
                context.Request.Headers["x-api-key"],
                isGoogles ? context.Request.Headers[GoogleHeader] : default
            )
        )
        {
            if (!Take(value))
            {
                return null;
            }
        }

        foreach (var value in context.Request.Headers.Authorization)
        {
            var isBearer = value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true;
            if (!isBearer || !Take(value![Bearer.Length..].Trim()))
            {
                return null;
            }
        }

        if (id is not { } known || token is null || (owner.Session is { } one && one.Id != known))
        {
            return null;
        }

        return (owner.Session ?? sessions.Find(known)) is { } session ? new PresentedToken(session, token) : null;

        bool Take(string? presented)
        {
            if (string.IsNullOrEmpty(presented) || tokens.Verify(presented) is not { } verified)
            {
                return false;
            }

            var same = id is null || id == verified;
            id = verified;
            token = presented;
            return same;
        }
    }
}
