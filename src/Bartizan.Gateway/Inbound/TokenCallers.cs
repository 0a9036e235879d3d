using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Callers who show a token of the provider that signs them in. What was verified is known again by the token's digest for a while, so
/// that a signature is checked once and not with each request.
/// INVARIANT: never longer than the token holds, nor than <see cref="KeptFor"/>: a key that its provider took back counts no longer
/// than that; and never longer than the book of users knows them by that pseudonym.
/// </summary>
internal sealed class TokenCallers(CallerTerms terms, ICallerTokens tokens, IEndUsers users, TimeProvider clock)
{
    /// <summary>Tokens that are known again. Full, those that came first are verified anew.</summary>
    public const int MaxKept = 16_384;

    /// <summary>How long a token is known again without its signature being looked at.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<Digest, (Caller Caller, DateTimeOffset Until, long Forgotten)> _kept = new();
    private readonly ConcurrentQueue<Digest> _order = new();

    /// <summary>True for a text that may be such a token: keys of programs hold no two dots.</summary>
    public static bool LooksSo(string shown) => shown.Count(c => c == '.') == 2;

    /// <summary>Whose token it is, or why it is nobody's.</summary>
    public async ValueTask<CallerAnswer> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > JsonWebToken.MaxChars)
        {
            return CallerAnswer.Refused("its token is longer than any is");
        }

        var (digest, now) = (Digest.Of(Encoding.UTF8.GetBytes(token)), clock.GetUtcNow());
        var forgotten = users.Forgotten;
        if (_kept.TryGetValue(digest, out var known) && now < known.Until && known.Forgotten == forgotten)
        {
            return new CallerAnswer(known.Caller, "");
        }

        var verdict = await tokens
            .VerifyAsync(terms.Oidc!, terms.Expectation, token, cancellationToken)
            .ConfigureAwait(false);
        if (!verdict.IsGood)
        {
            return CallerAnswer.Refused($"its token isn't good: {verdict.Why}");
        }

        var claims = verdict.Claims;
        var facts = ClaimMapping.Of(claims, terms.User);
        // INVARIANT: nobody who signs in becomes a program by what their provider lets them say of themselves.
        if (terms.IsProgram(claims.Subject))
        {
            return CallerAnswer.Refused("its `user.id` is the name of a program's key or certificate");
        }

        EndUser user;
        try
        {
            user = await users.KnowAsync(claims.Issuer, claims.Subject, facts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CallerAnswer.Refused("the book of users is full, or can't be read or written");
        }

        var caller = new Caller(CallerKind.Token, $"{claims.Issuer} {claims.Subject}", user, FactsOf(claims))
        {
            Until = claims.Expires,
        };
        Keep(digest, (caller, claims.Expires < now + KeptFor ? claims.Expires : now + KeptFor, forgotten));
        return new CallerAnswer(caller, "");
    }

    // A user of whom other things are known now gets another session: what a session knows of its user is fixed.
    private string FactsOf(VerifiedClaims claims)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (attribute, claim) in terms.User)
        {
            var said = claims.All.TryGetProperty(claim, out var value) ? value.GetRawText() : "";
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes((string[])[attribute, said]));
        }

        return terms.User.IsEmpty ? "" : Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Keep(Digest digest, (Caller Caller, DateTimeOffset Until, long Forgotten) one)
    {
        if (!_kept.TryAdd(digest, one))
        {
            _kept[digest] = one;
            return;
        }

        _order.Enqueue(digest);
        while (_kept.Count > MaxKept && _order.TryDequeue(out var first))
        {
            _kept.TryRemove(first, out _);
        }
    }
}
