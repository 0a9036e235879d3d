using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// Puts credentials into requests that the egress proxy sends for an agent, at the last moment and into these alone.
/// <code>
/// request ─ which credential do its rules say? ─ placeholders stand only in its place ─ monitor decides ─ the same one still?
///         ─ lease, for this host and port ─ value into its place ─ sent ─ answer without the value ─ agent
/// </code>
/// </summary>
public sealed class Injector(
    ISessions sessions,
    ICredentialLender lender,
    PlaceholderBook book,
    PlaceholderFindings findings,
    SecretSearches searches,
    TimeProvider clock
)
{
    /// <summary>
    /// Pieces of one session's answers that may hold the credential that was put in: each tells where it was found, and so which guess was
    /// right. Counted as they come: answers that are under way at once have one bound.
    /// </summary>
    private const int MaxEchoes = 16;

    /// <summary>Why an answer is cut: what comes back with the credential in it tells too much.</summary>
    public const string OverEchoed = "its credential came back too often";

    private readonly ConditionalWeakTable<Session, ConcurrentDictionary<string, int>> _echoes = [];
    private readonly PlaceholderCheck _check = new(book, searches);

    /// <summary>What a session's manifest says of a credential; null when there is no such session or credential.</summary>
    internal CredentialSource? Find(SessionId session, string? credential) =>
        credential is null ? null : sessions.Find(session)?.Manifest.Credentials.GetValueOrDefault(credential);

    /// <summary>Why a request isn't sent, because of a placeholder in it; that is a finding. Null when nothing is wrong with it.</summary>
    internal async ValueTask<string?> CheckAsync(
        AgentAction action,
        OutgoingRequest request,
        CredentialSource? injected
    )
    {
        if (
            sessions.Find(action.Session) is not { } session
            || _check.Problem(session, request, injected) is not { } problem
        )
        {
            return null;
        }

        await findings.RecordAsync(session, action, problem).ConfigureAwait(false);
        return problem;
    }

    /// <summary>Looks for placeholders in a body that is passed on as it comes; null where none was ever given out.</summary>
    internal StreamSearch? Along() => book.IsUsed ? _check.Along() : null;

    /// <summary>A placeholder was met in a body that is passed on as it comes.</summary>
    internal ValueTask FoundAsync(AgentAction action) =>
        sessions.Find(action.Session) is { } session
            ? findings.RecordAsync(session, action, PlaceholderCheck.Elsewhere)
            : ValueTask.CompletedTask;

    // Some servers take other names for `Range`; `Content-Range` says what is sent, and asks for nothing.
    private static bool AsksForPart(HeadField field) =>
        field.Name.EndsWith("range", StringComparison.OrdinalIgnoreCase) && !field.Is("Content-Range");

    // A key that was made has its id and the token of its session beside it.
    private static MadeKey? MadeWith(ILease lease, CredentialPlace place)
    {
        var (id, token) = ("", "");
        return
            place is { Surface: CredentialSurface.SigV4, AccessKey: "" }
            && lease.ApplyPart(CredentialPlace.KeyIdPart, text => id = text.ToString())
            && lease.ApplyPart(CredentialPlace.KeyTokenPart, text => token = text.ToString())
            ? new MadeKey(id, token)
            : null;
    }

    /// <summary>Lends the credential and puts it in; or says why the request isn't sent.</summary>
    /// <exception cref="CredentialUnavailableException">When it can't be had, or not for this address.</exception>
    internal async ValueTask<(CarriedCredential? Made, string Problem)> InjectAsync(
        SessionId session,
        CredentialSource source,
        OutgoingRequest request,
        CancellationToken cancellationToken
    )
    {
        // INVARIANT: only into TLS: what this address says is where the lease is for, and where the connection goes.
        // Asked for without compression, so that its answer can be looked through, and whole: pieces of an echo, each too short
        // to be known, would come out one by one.
        request = request.With("Accept-Encoding", "identity");
        foreach (var field in request.Fields.Where(AsksForPart))
        {
            request = request.Without(field.Name);
        }

        var echoes = sessions.Find(session) is { } live ? _echoes.GetOrCreateValue(live) : [];
        if (echoes.GetValueOrDefault(source.Name) >= MaxEchoes)
        {
            return (
                null,
                $"its credential came back in {MaxEchoes} answers, and isn't put in any more in this session"
            );
        }

        var to = new Uri($"https://{request.Authority}/");
        var lease = await lender.LendAsync(session, source.Name, to, cancellationToken).ConfigureAwait(false);
        try
        {
            var placed = default(Injected);
            ISecretSearch? search = null;
            var made = MadeWith(lease, source.Place);
            lease.Apply(value =>
            {
                placed = Placing.Put(request, source.Place, value.Span, clock.GetUtcNow(), made);
                search = searches(made is { } key ? [value.ToString(), key.Token] : [value.ToString()]);
            });
            if (placed.Request is { } sent)
            {
                return (new CarriedCredential(source.Name, lease, sent, search!, Echoed), "");
            }

            lease.Dispose();
            return (null, placed.Problem);
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        bool Echoed() => echoes.AddOrUpdate(source.Name, 1, static (_, count) => count + 1) <= MaxEchoes;
    }

    /// <summary>The handle of a credential's lease for an address; null when it can't be had, or not any more.</summary>
    internal async ValueTask<string?> HandleOfAsync(
        SessionId session,
        string name,
        string authority,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var to = new Uri($"https://{authority}/");
            using var lease = await lender.LendAsync(session, name, to, cancellationToken).ConfigureAwait(false);
            lease.Apply(static _ => { });
            return lease.Handle;
        }
        catch (Exception e) when (e is CredentialUnavailableException or ObjectDisposedException)
        {
            return null;
        }
    }
}
