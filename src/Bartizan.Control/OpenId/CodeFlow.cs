using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Control.People;
using Bartizan.Core.Identity;
using Bartizan.Core.Ports;

namespace Bartizan.Control.OpenId;

/// <summary>
/// Signs people in at their organisation's provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC
/// 9700), as a client that trusts neither what a browser brings nor what a provider says before it is verified.
/// <code>
/// browser                    instance                                   provider
///   │  1 begin, next ──────────▶│ state, nonce, verifier, browser's mark    │
///   │◀──── 2 to the provider ───│ (PKCE by S256, or nothing is begun)       │
///   │──────────────────────────────────────────────────────── sign in ────▶│
///   │  3 back: code, state, iss ▶│ state: once, in time, of this browser    │
///   │                           │ iss: the one that it was sent to         │
///   │                           │── 4 code, verifier ──────────────────────▶│
///   │                           │◀── token ────────────────────────────────│
///   │                           │ 5 signature, iss, aud, nonce, at_hash, time
///   │◀──── 6 signed in, next ───│ roles by groups; no token is kept
/// </code>
/// INVARIANT: nobody is signed in by an answer that this browser didn't ask for, that was used before, or that isn't of the provider that
/// was asked.
/// </summary>
public sealed class CodeFlow(
    OpenIdTerms terms,
    ICallerTokens tokens,
    HttpMessageInvoker wire,
    Uri origin,
    TimeProvider clock
)
{
    /// <summary>Characters of a code.</summary>
    public const int MaxCode = 4096;

    /// <summary>Where the provider sends browsers back to, to the letter.</summary>
    public const string CallbackPath = "/auth/openid/callback";

    /// <summary>How long somebody may take to sign in there.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    private const int SecretBytes = 32;

    private readonly SigningInBook _book = new(clock);
    private readonly TokenEndpoint _endpoint = new(terms, wire, clock);

    /// <summary>The address that providers must know.</summary>
    public Uri Callback { get; } = new(origin, CallbackPath);

    /// <summary>Begins: where the browser goes, and what its cookie holds; else why not.</summary>
    /// <param name="next">Where it goes afterwards.</param>
    /// <param name="from">The address that it is begun from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CodeFlowStart> BeginAsync(string? next, string from, CancellationToken cancellationToken)
    {
        try
        {
            var provider = await tokens.DiscoverAsync(terms.Issuer, cancellationToken).ConfigureAwait(false);
            if (provider.Authorization is not { } address || provider.Token is null)
            {
                return CodeFlowStart.Refused("the provider signs nobody in");
            }

            // INVARIANT: without PKCE nothing is begun: a provider that says nothing of it may leave it out.
            if (!provider.CodeChallengeMethods.Contains("S256"))
            {
                return CodeFlowStart.Refused("the provider doesn't say that it takes PKCE by S256");
            }

            var (state, nonce, verifier, mark) = (Chance(), Chance(), Chance(), Chance());
            var one = new SigningIn(
                provider,
                nonce,
                verifier,
                Hash(mark),
                LocalPath.Of(next),
                SignInThrottle.PlaceOf(from),
                SignInThrottle.NetworkOf(from),
                clock.GetUtcNow() + Lasts
            );
            _book.Add(state, one);
            return CodeFlowStart.At(Address(address, state, nonce, verifier), mark);
        }
        catch (OpenIdUnavailableException)
        {
            return CodeFlowStart.Refused("the provider can't be reached, or isn't who it should be");
        }
    }

    /// <summary>Ends: who it is, or why nobody.</summary>
    /// <param name="answer">What the browser brought, each name with all its values.</param>
    /// <param name="mark">What the browser's cookie holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CodeFlowEnd> EndAsync(
        IReadOnlyDictionary<string, ImmutableArray<string>> answer,
        string? mark,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            // RFC 6749, 3.1: no parameter more than once.
            if (answer.Values.Any(values => values.Length != 1))
            {
                return CodeFlowEnd.Refused("a parameter came twice");
            }

            string? Of(string name) => answer.TryGetValue(name, out var values) ? values[0] : null;
            if (Of("state") is not { Length: > 0 and <= 128 } state || _book.Take(state) is not { } begun)
            {
                return CodeFlowEnd.Refused("nobody began that sign-in, or it was used, or it took too long");
            }

            // Another browser's: somebody would be signed in as the one who began it (login CSRF), or who began it as them.
            if (mark is null || !CryptographicOperations.FixedTimeEquals(Hash(mark), begun.Browser))
            {
                return CodeFlowEnd.Refused("another browser began that sign-in");
            }

            // RFC 9207: an answer names who gives it; of one that says so of itself, each does.
            var iss = Of("iss");
            if (iss is null ? begun.Provider.NamesItself : iss != begun.Provider.Issuer.Name)
            {
                return CodeFlowEnd.Refused("the answer isn't of the provider that was asked");
            }

            if (answer.ContainsKey("error"))
            {
                return CodeFlowEnd.Refused("the provider signed nobody in");
            }

            if (Of("code") is not { Length: > 0 and <= MaxCode } code || answer.ContainsKey("id_token"))
            {
                return CodeFlowEnd.Refused("there is no code in the answer");
            }

            var (idToken, accessToken) = await _endpoint
                .RedeemAsync(begun.Provider, code, begun.Verifier, Callback, cancellationToken)
                .ConfigureAwait(false);
            return await JudgeAsync(begun, idToken, accessToken, cancellationToken).ConfigureAwait(false);
        }
        catch (OpenIdRefusedException e)
        {
            return CodeFlowEnd.Refused(e.Message);
        }
    }

    /// <summary>Where a browser goes to sign out there, too; null when the provider has no such place.</summary>
    public async Task<Uri?> SignOutAsync(CancellationToken cancellationToken)
    {
        try
        {
            var provider = await tokens.DiscoverAsync(terms.Issuer, cancellationToken).ConfigureAwait(false);
            return provider.EndSession is { } address
                ? With(
                    address,
                    ("client_id", terms.Client),
                    ("post_logout_redirect_uri", new Uri(origin, "/").OriginalString)
                )
                : null;
        }
        catch (OpenIdUnavailableException)
        {
            return null;
        }
    }

    private async Task<CodeFlowEnd> JudgeAsync(
        SigningIn begun,
        string idToken,
        string? accessToken,
        CancellationToken cancellationToken
    )
    {
        var verdict = await tokens
            .VerifyAsync(
                begun.Provider.Issuer,
                new TokenExpectation
                {
                    Audience = terms.Client,
                    Use = TokenUse.Id,
                    Nonce = begun.Nonce,
                    AccessToken = accessToken,
                },
                idToken,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!verdict.IsGood)
        {
            return CodeFlowEnd.Refused(verdict.Why);
        }

        return terms.NameOf(verdict.Claims) is { } person
            ? CodeFlowEnd.Of(person, terms.GrantsOf(verdict.Claims), begun.Next)
            : CodeFlowEnd.Refused("the token names nobody who can be relied on");
    }

    private Uri Address(Uri address, string state, string nonce, string verifier) =>
        With(
            address,
            ("response_type", "code"),
            ("client_id", terms.Client),
            ("redirect_uri", Callback.OriginalString),
            ("scope", string.Join(' ', terms.Scopes)),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", Base64Url.EncodeToString(Hash(verifier))),
            ("code_challenge_method", "S256")
        );

    // A provider's address may have a query of its own, which stays (RFC 6749, 3.1).
    private static Uri With(Uri address, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder(address.GetLeftPart(UriPartial.Path)).Append('?');
        if (address.Query.Length > 1)
        {
            text.Append(address.Query.AsSpan(1)).Append('&');
        }

        foreach (var (name, value) in parameters)
        {
            text.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        }

        return new Uri(text.ToString(0, text.Length - 1));
    }

    private static string Chance() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));
}
