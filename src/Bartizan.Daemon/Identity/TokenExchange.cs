using System.Collections.Immutable;
using Bartizan.Control;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Vault.Identity;

namespace Bartizan.Daemon.Identity;

/// <summary>
/// A token of one agent becomes one of another that acts for it (RFC 8693), or such a one becomes one for another audience.
/// <code>
/// subject token ─ 1 both are for us, live ─ 2 the audience is one of the actor's own ─ 3 the actor's manifest is proved within
/// actor token     sessions, no circle       and, by the proof, of whom it acts for       the manifest of whom it acts for
///                              ─ 4 `delegate ACTOR` passes the monitor ─ 5 signed: sub and sid stay, act grows, ends no later
/// </code>
/// Whoever shows a key with it (RFC 9449), or a certificate (RFC 8705), has the new token bound to that, to both when both are shown; a
/// token that is bound is taken from who shows what it is bound to alone. So what is answered is never bound to less than what was sent.
/// INVARIANT: a token for anybody but this issuer is never taken: a service that an agent called can't go on in its name.
/// </summary>
internal sealed class TokenExchange(
    AgentTokens tokens,
    IdentityPlace place,
    LiveSessions sessions,
    ReferenceMonitor monitor,
    IJournal journal,
    TimeProvider clock
) : IDisposable
{
    /// <summary>What the entry of such a token says.</summary>
    public const string Detail = "exchanged";

    /// <summary>Bound tokens of which it is recorded that somebody sent them without what they are bound to.</summary>
    public const int MaxUnproved = 1024;

    private const string Bad = "invalid_request";

    /// <summary>How long people may take to answer an ask: whoever asks for the token waits on a connection.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    // A proof takes milliseconds of a processor; one at a time is enough, and more would be a lever.
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<(SessionId Actor, SessionId Holder), string?> _known = [];
    private readonly DpopProofs _proofs = new(new Uri($"{place.Issuer}/token"), clock);
    private readonly HashSet<string> _unproved = new(StringComparer.Ordinal);

    /// <summary>Gives the token, or says why not.</summary>
    public async Task<TokenReply> ExchangeAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        DpopProof? proof = null;
        if (request.Proof is { } sent && (proof = _proofs.Read(sent, out var wrong)) is null)
        {
            return Refused(TokenReply.BadProof, wrong);
        }

        // 1 both are for us, and live
        if (tokens.Verify(request.SubjectToken) is not { } subject || Holders(subject) is not { } holder)
        {
            return Refused(Bad, "the subject token isn't one of a live session here for this issuer");
        }

        // INVARIANT: who was given a token can be neither the agent that it speaks of nor the one that it names: who acts shows
        // itself, by a token of its own or by the key or certificate that the token is bound to.
        if (request.ActorToken is null && (subject.Actors.IsEmpty || subject.BoundTo is null))
        {
            return Refused(
                Bad,
                "it doesn't show who acts: an `actor_token` is needed, or what a token that names who acts is bound to"
            );
        }

        var (shown, actor, acting) = (default(VerifiedToken), default(VerifiedToken), holder);
        if (request.ActorToken is { } text)
        {
            if (tokens.Verify(text) is not { Actors.IsEmpty: true } good || Holders(good) is not { } other)
            {
                return Refused(
                    Bad,
                    "the actor token isn't one of a live session here, of the actor itself, for this issuer"
                );
            }

            // Whom the token names already, who shows that it is that one, has it for another audience.
            shown = good;
            if (subject.Actors.IsEmpty || good.Session != subject.Holder)
            {
                if (subject.Actors.Length == AgentActor.MaxActors || subject.Sessions.Contains(good.Session))
                {
                    return Refused(Bad, $"at most {AgentActor.MaxActors} act for one another, and nobody for itself");
                }

                (actor, acting) = (good, other);
            }
        }

        if (
            await BindingProblemAsync(request, proof, subject, shown, cancellationToken).ConfigureAwait(false) is { } no
        )
        {
            return no;
        }

        var boundTo = TokenBinding.Of(proof?.Key, request.Certificate);

        // 2 an audience that its manifest names
        var terms = acting.Manifest.Credentials.Values.FirstOrDefault(one =>
            one.Origin == CredentialOrigin.Identity && one.Locator == request.Audience
        );
        if (terms is null)
        {
            return Refused(
                "invalid_target",
                "the manifest of whoever is to hold the token has no `identity:` credential for it"
            );
        }

        var until = shown is not null && shown.Ends < subject.Ends ? shown.Ends : subject.Ends;
        if (actor is null)
        {
            return await SignAsync(subject, null, until, terms, boundTo, cancellationToken).ConfigureAwait(false);
        }

        // 3 proved, 4 decided
        if (await ProblemOfAsync(acting, holder, cancellationToken).ConfigureAwait(false) is not null)
        {
            return Refused(
                Bad,
                "the actor's powers aren't proved within those of whom it is to act for; the log says why"
            );
        }

        await using var passage = await monitor
            .RequestAsync(
                new AgentAction
                {
                    Session = holder.Id,
                    Target = new DelegateTarget(acting.Manifest.Agent),
                    Point = "identity",
                    Patience = s_patience,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!passage.Granted)
        {
            return Refused(Bad, "whom it is to act for may not delegate to it; the log says why");
        }

        var reply = await SignAsync(subject, actor, until, terms, boundTo, cancellationToken).ConfigureAwait(false);
        await passage
            .CompleteAsync(new Outcome(reply.Token is null ? OutcomeKind.Failed : OutcomeKind.Done, reply.Says ?? ""))
            .ConfigureAwait(false);
        return reply;
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // INVARIANT: a token that is bound is nothing to who doesn't show what it is bound to now, for this request alone.
    private async Task<TokenReply?> BindingProblemAsync(
        TokenRequest request,
        DpopProof? proof,
        VerifiedToken subject,
        VerifiedToken? shown,
        CancellationToken cancellationToken
    )
    {
        foreach (var token in (VerifiedToken?[])[subject, shown])
        {
            if (token?.BoundTo?.Key is { } key && key != proof?.Key)
            {
                await RecordUnheldAsync(token, "key", cancellationToken).ConfigureAwait(false);
                return Refused(TokenReply.BadProof, "a token is bound to a key, and no proof by that key came with it");
            }

            if (token?.BoundTo?.Certificate is { } certificate && certificate != request.Certificate)
            {
                await RecordUnheldAsync(token, "certificate", cancellationToken).ConfigureAwait(false);
                return Refused(
                    TokenReply.NotTheirs,
                    "a token is bound to a certificate, and it came over a connection without that certificate"
                );
            }
        }

        if (proof is null)
        {
            return null;
        }

        var isOfThese =
            proof.TokenHash is not { } hash
            || hash == DpopProof.HashOf(request.SubjectToken)
            || (request.ActorToken is { } text && hash == DpopProof.HashOf(text));
        return !isOfThese ? Refused(TokenReply.BadProof, "the proof is for another token")
            : _proofs.TryTake(proof) ? null
            : Refused(TokenReply.BadProof, "the proof was used before, or more come than can be remembered");
    }

    // Who has a token and not what it is bound to may have stolen it. Once for a token: nobody fills the log by asking again.
    private async Task RecordUnheldAsync(VerifiedToken token, string what, CancellationToken cancellationToken)
    {
        var id = token.Claims["jti"]!.GetValue<string>();
        lock (_unproved)
        {
            if (_unproved.Count >= MaxUnproved || !_unproved.Add(id))
            {
                return;
            }
        }

        if (sessions.Find(token.Holder) is { } session)
        {
            await RefuseAsync(
                    session,
                    session.Manifest.Agent,
                    $"the token `{id}` is bound to a {what}, and whoever sent it didn't show that it holds it",
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
    }

    // The session of whoever acts now, when all of them run and the token is meant for the issuer.
    private Session? Holders(VerifiedToken token) =>
        token.Audience == place.Issuer && token.Sessions.All(Runs) ? sessions.Find(token.Holder) : null;

    private bool Runs(SessionId id) =>
        sessions.Get(id) is { Session.State: SessionState.Running } live && live.Serves == default;

    // Worked out and recorded once for two sessions: what one may do at most stays, and nobody fills the log by asking again.
    private async Task<string?> ProblemOfAsync(Session actor, Session holder, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_known.TryGetValue((actor.Id, holder.Id), out var known))
            {
                return known;
            }

            var problem = Prove(actor, holder);
            if (problem is not null)
            {
                await RecordAsync(holder, actor, problem, cancellationToken).ConfigureAwait(false);
            }

            foreach (var gone in _known.Keys.Where(pair => !Runs(pair.Actor) || !Runs(pair.Holder)).ToList())
            {
                _known.Remove(gone);
            }

            return _known[(actor.Id, holder.Id)] = problem;
        }
        finally
        {
            _one.Release();
        }
    }

    // Both are compared under one name: that the actor goes by its own is what the token says.
    private string? Prove(Session actor, Session holder)
    {
        if (actor.Observe)
        {
            return "it runs with `--observe`, which lets what no rule mentions pass";
        }

        // Conditions, asks, a user's words: what they mean is one person's.
        if (actor.Person != holder.Person)
        {
            return "it was started by another person, and what is proved holds for one";
        }

        var proof = NarrowingProof.Of(
            actor.Manifest with
            {
                Agent = holder.Manifest.Agent,
            },
            holder.Manifest,
            clock.GetUtcNow(),
            (actor.Manifest.Agent, holder.Manifest.Agent)
        );
        return proof.Answer == NarrowingAnswer.Proved
            ? null
            : proof.Excesses.Select(excess => excess.Says).FirstOrDefault() ?? "nothing was proved of it";
    }

    // 5 signed
    private async Task<TokenReply> SignAsync(
        VerifiedToken subject,
        VerifiedToken? actor,
        DateTimeOffset until,
        CredentialSource terms,
        TokenBinding? boundTo,
        CancellationToken cancellationToken
    )
    {
        if (sessions.Find(subject.Session) is not { } root)
        {
            return Over();
        }

        var now = clock.GetUtcNow();
        var ends = ((TimeSpan[])[until - now, terms.Ttl ?? CredentialSource.TokenLife]).Min();
        if (ends < TimeSpan.FromSeconds(1))
        {
            return Over();
        }

        var chain = actor is null
            ? subject.Actors
            : subject.Actors.Insert(0, new AgentActor(actor.Claims["sub"]!.GetValue<string>(), actor.Session));
        var token = tokens.Sign(
            new AgentClaims(
                root.Id,
                root.Manifest.Agent,
                root.Manifest.Environment.ToString().ToLowerInvariant(),
                root.Policy.Digest.ToString()
            ),
            terms.Locator,
            ends,
            chain,
            boundTo
        );
        using (token.Text)
        {
            await journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Vault,
                        Session = root.Id,
                        Agent = root.Manifest.Agent,
                        Target = terms.Locator,
                        Credential = $"identity:{terms.Locator}#{token.Id}",
                        Detail = Detail,
                        Reason =
                            $"until {token.Ends.UtcDateTime:u}"
                            + string.Concat(chain.Select(one => $", by {one.Subject} in {one.Session}"))
                            + (boundTo is null ? "" : $", bound to {boundTo.Says}"),
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);

            // A session may have ended while the entry was written; what ends later, introspection says.
            if (!subject.Sessions.Concat(chain.Select(one => one.Session)).All(Runs))
            {
                return Over();
            }

            var text = "";
            token.Text.Use(chars => text = new string(chars.Span));
            return TokenReply.Given(text, ends, boundTo?.Key is not null);
        }
    }

    private Task RecordAsync(Session holder, Session actor, string problem, CancellationToken cancellationToken) =>
        RefuseAsync(
            holder,
            actor.Manifest.Agent,
            $"what `{actor.Manifest.Agent}` may do isn't proved within: {problem}",
            cancellationToken
        );

    private async Task RefuseAsync(Session holder, string target, string why, CancellationToken cancellationToken) =>
        await journal
            .AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Refusal,
                    Session = holder.Id,
                    Agent = holder.Manifest.Agent,
                    Verb = Verb.Delegate,
                    Target = target,
                    Point = "identity",
                    Policy = holder.Policy.Digest,
                    Effect = Effect.Deny,
                    Reason = why,
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    private static TokenReply Over() => Refused(Bad, "a session ended, or a token is about to");

    private static TokenReply Refused(string error, string says) => TokenReply.Refused(error, says);
}
