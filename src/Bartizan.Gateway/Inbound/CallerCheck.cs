using Bartizan.Core.Manifests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Says who calls, by the one credential that a request shows.
/// <code>
/// none ─ anonymous declared? ─ nobody      one ─ key · token · certificate ─ who it is      two ─ refused, whatever they are
/// </code>
/// INVARIANT: a credential that doesn't hold is never less than none: where nobody may call, who shows a wrong one may not either.
/// </summary>
internal sealed class CallerCheck(CallerTerms terms, TokenCallers? tokens, CertificateCallers? certificates)
{
    /// <summary>Where programs may show a key in place of <c>Authorization</c>.</summary>
    public const string KeyHeader = "x-api-key";

    private const string Bearer = "Bearer ";

    private readonly CallerKeys _keys = new(terms.Keys);

    /// <summary>Looks.</summary>
    public ValueTask<CallerAnswer> LookAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (authorization, keys) = (request.Headers.Authorization, request.Headers[KeyHeader]);
        var certificate = request.HttpContext.Features.Get<ShownCertificate>() is { Itself.IsEmpty: false } one
            ? one
            : null;
        if (authorization.Count + keys.Count + (certificate is null ? 0 : 1) > 1)
        {
            return new(CallerAnswer.Refused("it shows two credentials"));
        }

        if (certificate is not null)
        {
            return new(certificates?.Find(certificate) ?? CallerAnswer.Refused("no certificates are taken"));
        }

        if (authorization.Count + keys.Count == 0)
        {
            return new(
                terms.Anonymous is null
                    ? CallerAnswer.Refused("it shows no credential")
                    : new CallerAnswer(Caller.Nobody, "")
            );
        }

        if (Shown(authorization, keys) is not { } shown)
        {
            return new(CallerAnswer.Refused("its credential is no bearer's"));
        }

        // INVARIANT: what looks like a token is verified as one and nothing else: no caller chooses by which rule it is judged.
        return tokens is not null && authorization.Count == 1 && TokenCallers.LooksSo(shown)
                ? tokens.FindAsync(shown, cancellationToken)
            : _keys.Find(shown) is { } name ? new(new CallerAnswer(Caller.OfKey(name), ""))
            : new(CallerAnswer.Refused("its credential holds nothing here"));
    }

    private static string? Shown(StringValues authorization, StringValues keys)
    {
        if (keys.Count == 1)
        {
            return keys[0];
        }

        var said = authorization[0] ?? "";
        return said.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? said[Bearer.Length..].Trim(' ') : null;
    }
}
